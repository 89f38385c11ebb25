import { Command, Option } from 'commander'
import { runtime } from '../app/environment.ts'
import type { DomainEvent } from '../domain/event.ts'
import { gatherAll } from '../proof/check/gather.ts'
import { invariants } from '../proof/check/invariants.ts'
import { brokenInvariants } from '../proof/damage/broken-invariants.ts'
import { formatDamage, formatSummary } from '../proof/damage/format-damage.ts'
import { parseRepair, planRepair, type Repair, RepairError, sendCorrection } from '../proof/damage/repair-damage.ts'
import { type Damage, type DamageQuery, scopeDamage } from '../proof/damage/scope-damage.ts'
import { DamageCounter } from '../proof/damage/summary.ts'
import { parseWhere, WhereError } from '../proof/damage/where.ts'
import { reachTarget, type Target, TargetError } from '../proof/target.ts'
import { Throttle } from '../proof/throttle.ts'
import { correctionSender } from './damage/correction-sender.ts'
import { dataOption, positiveNumber, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { timeOf } from './program/time-of.ts'

interface Options {
  since: string
  until?: string
  where: string[]
  json?: true
  repair?: string
  reason?: string
  notify?: true
  dryRun?: true
  user: string
  token?: string
  rate: number
  target?: string
  data: string
}

const program = new Command('npm run damage --')
  .description(
    'Scopes a damage before anybody repairs it: which events said something wrong, what their tickets have now, what was answered, and what was sent. It reads all of the log, and changes nothing. With --repair, it corrects what still stands, by one request per event that takes effect once however often the command runs.',
  )
  .requiredOption('--since <time>', 'events recorded from this time on, with its zone (2026-03-01T12:00:00Z)')
  .option('--until <time>', 'and before this time; now by default')
  .requiredOption(
    '--where <terms...>',
    'what they have in common, such as type=ticket.assigned actor!=root assignee=ada; invariant=3 for what breaks it',
  )
  .option('--json', 'one JSON object per line: the damage of each aggregate, then the summary')
  .option(
    '--repair <how>',
    'correct what stands: to what was there "before", or to a fact such as priority=high, assignee=ada or assignee=none',
  )
  .option('--reason <text>', 'why, for the history of each ticket; needed for --repair')
  .option('--notify', 'notify the people concerned of each correction')
  .option('--dry-run', 'only tell what --repair would send')
  .option('--user <id>', 'the admin who corrects, where the token is signed with the keys of the data folder', 'repair')
  .addOption(
    new Option('--token <token>', "an admin's bearer token, for a target whose keys are elsewhere").env(
      'STEADFAST_TOKEN',
    ),
  )
  .option('--rate <n>', 'at most this many capacity units per second', positiveNumber, 500)
  .addOption(targetOption())
  .addOption(dataOption())
  .action(damage)

await runProgram(program)

async function damage(options: Options): Promise<void> {
  const { json, data, rate, target: apiUrl } = options
  const repair = options.repair === undefined ? undefined : parsed(() => parseRepair(options.repair, options.reason))
  const where = parsed(() =>
    parseWhere(
      options.where,
      invariants.map(({ number }) => number),
    ),
  )
  const sinceMs = timeOf('--since', options.since)
  // Now at the latest: what --repair adds is no damage.
  const untilMs = options.until === undefined ? Date.now() : timeOf('--until', options.until)
  if (untilMs <= sinceMs) throw new TargetError('--until is not after --since: no event can be between them')
  const throttle = new Throttle(runtime, rate)
  const target = await reachTarget({ dataDir: data, apiUrl, onConsumed: throttle.add })
  const broken = where.invariants.length > 0 ? await findBroken(target, where.invariants, json) : undefined
  const matches = (event: DomainEvent) => where.matches(event) && (broken?.(event) ?? true)
  const counter = new DamageCounter()
  for await (const found of damageOf(target, { sinceMs, untilMs, matches }, throttle)) {
    counter.add(found)
    console.log(json ? JSON.stringify({ damage: found }) : formatDamage(found))
    if (repair) await repairEach(target, found, repair, options)
  }
  console.log(json ? JSON.stringify({ summary: counter.summary }) : formatSummary(counter.summary))
}

function damageOf({ store }: Target, query: DamageQuery, throttle: Throttle): AsyncGenerator<Damage> {
  const onUnreadable = (subject: string) => console.error(`not an event, so not judged: ${subject}`)
  return scopeDamage({ store, nowMs: Date.now(), pause: () => throttle.wait(), onUnreadable }, query)
}

/** Tells what breaks the invariants and is no event. This reads everything that is stored into memory, as `npm run check` does. */
async function findBroken(target: Target, numbers: number[], json: true | undefined) {
  const { includes, elsewhere } = brokenInvariants(await gatherAll(target), numbers)
  for (const violation of elsewhere)
    console.log(json ? JSON.stringify({ violation }) : `${violation.subject} ${violation.problem}`)
  return includes
}

async function repairEach(target: Target, found: Damage, repair: Repair, options: Options): Promise<void> {
  const { json, reason = '', notify, dryRun } = options
  const send = correctionSender(target, options)
  for (const damaged of found.events) {
    const { seq } = damaged.event
    const planned = planRepair(found, damaged, repair, { reason, notify })
    const tell = (result: Record<string, unknown>, text: string) =>
      console.log(
        json ? JSON.stringify({ repair: { ticketId: found.aggregate.id, seq, ...result } }) : `  event ${seq}: ${text}`,
      )
    if (planned.do === 'skip') {
      tell({ outcome: 'skipped', why: planned.why }, `nothing to correct: ${planned.why}`)
      continue
    }
    const { to } = planned.request.body
    if (dryRun) {
      tell({ outcome: 'planned', to }, `would be corrected to ${JSON.stringify(to)}`)
      continue
    }
    const result = await sendCorrection(runtime, send, planned.request)
    const text = result.outcome === 'corrected' ? `corrected to ${JSON.stringify(to)}` : `not corrected: ${result.why}`
    tell({ to, ...result }, text)
    if (result.outcome === 'unanswered') process.exitCode = 1
  }
}

function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw error instanceof WhereError || error instanceof RepairError ? new TargetError(error.message) : error
  }
}
