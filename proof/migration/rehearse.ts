import { setTimeout as sleep } from 'node:timers/promises'
import { runtime } from '../../app/environment.ts'
import { MigrationRefusedError, stateOf } from '../../app/migrate/change-stage.ts'
import { move, setHalted } from '../../app/migrate/move.ts'
import { priorityScale } from '../../app/migrate/priority-scale.ts'
import { readStages } from '../../app/migrate/stage-reader.ts'
import { noopObserver } from '../../app/observer.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import { parseSweepPosition, sweepPositionRow } from '../../tables/sweep-positions.ts'
import { isTicketHeader, parseTicket } from '../../tables/tickets.ts'
import { gatherAll } from '../check/gather.ts'
import { type Finding, formatFindings, runCheck } from '../check/run-check.ts'
import { waitForSagas } from '../load/wait-for-sagas.ts'
import { openTarget, type Target } from '../target.ts'
import { acknowledgedPriorities, startTraffic } from './traffic.ts'

/** What a rehearsal runs on: a stack of its own, whose code it exchanges, and the command in a process of its own. */
export interface RehearsalStack {
  dataDir: string
  tokenFor: Parameters<typeof startTraffic>[1]
  /** Starts the stack again on the same data, with other code. */
  deploy(version: 'previous' | 'current'): Promise<void>
  /** Begins `npm run migrate -- next` on it in a process of its own, which `kill` ends as `kill -9` does. */
  runNext(): { kill(): Promise<void>; ended: Promise<{ code: number | null; output: string }> }
  onStep(step: string): void
}

export interface RehearsalReport {
  ok: boolean
  lines: string[]
  findings: Finding[]
}

const { name } = priorityScale

/** Goes through every stage of `priority-scale` and back under traffic, with old and new code, a refusal, a kill and a halt. */
export async function rehearse(stack: RehearsalStack): Promise<RehearsalReport> {
  const target = openTarget(stack)
  const { store } = target
  const deps = { store, runtime, observer: noopObserver }
  const lines: string[] = []
  const beganMs = performance.now()
  const tell = (line: string) => {
    const seconds = ((performance.now() - beganMs) / 1_000).toFixed(0).padStart(4)
    lines.push(`${seconds} s  ${line}`)
    stack.onStep(line)
  }
  const command = (action: 'next' | 'back') => ({ migration: name, action, operator: 'rehearsal' })
  const go = async (action: 'next' | 'back') => {
    const { from, to, rows, gate } = await move(deps, priorityScale, command(action), { chunkSize: 16 })
    const done = from === to ? `${from} is finished` : `${from} → ${to}`
    tell(`${done}: ${gate.checked} rows asked, ${rows} looked at; ${await formsOf(target)}`)
  }
  const traffic = startTraffic(target, stack.tokenFor)
  const until = async (tickets: number) => {
    while (acknowledgedPriorities(traffic.results).size < tickets) await sleep(200)
  }
  let attempts = 0
  try {
    await until(24)
    tell(`the previous version has served ${traffic.results.length} requests; ${await formsOf(target)}`)
    await go('next')
    await stack.deploy('current')
    tell('the current version is deployed under traffic')
    await until(48)
    await stack.deploy('previous')
    tell('the previous version is deployed again under traffic')
    const { settledAt } = stateOf(await readStages(store), name)
    while (runtime.now() < Date.parse(settledAt)) await sleep(200)
    await until(acknowledgedPriorities(traffic.results).size + 18)
    const refusal = await move(deps, priorityScale, command('next')).catch((error: unknown) => error)
    if (!(refusal instanceof MigrationRefusedError)) throw new Error('the gate has not noticed the previous version')
    tell(`the gate refuses: ${refusal.message.replace(/TENANT\S+/, '…')}`)
    await stack.deploy('current')
    await go('back')
    await go('next')
    await go('next')

    const killed = stack.runNext()
    await hasBegun(target, killed.ended)
    await killed.kill()
    tell(`the backfill is killed with kill -9 behind a stored position; ${await formsOf(target)}`)
    const halted = stack.runNext()
    await hasBegun(target, halted.ended)
    await setHalted(deps, { migration: name, action: 'halt', operator: 'other-terminal', why: 'the database is hot' })
    const { code, output } = await halted.ended
    const saysWhy = /halted by other-terminal/.test(output)
    tell(
      `another terminal halts it: the command ends with ${code}${saysWhy ? ' and says who and why' : `: ${output}`}; ${await formsOf(target)}`,
    )
    if (code !== 1 || !saysWhy) throw new Error('the backfill was not halted')
    await setHalted(deps, { migration: name, action: 'resume', operator: 'other-terminal' })
    for (let stage = 0; stage < 4; stage++) await go('next')
    await go('next')
    for (let stage = 0; stage < 6; stage++) await go('back')
  } finally {
    attempts = (await traffic.stop()).attempts
  }
  const { results } = traffic
  const unfinished = await waitForSagas(store, { results })
  const findings = await runCheck(
    () =>
      gatherAll(
        target,
        results.flatMap((result) => result.attempts),
      ),
    { graceMs: 1_000, rounds: 60, sleep },
  )
  const broken = findings.filter(({ violations }) => violations.length > 0)
  const unanswered = results.filter(({ body }) => !body).length
  const wrong = await wrongPriorities(target, results)
  tell(
    `${results.length} requests in ${attempts} attempts: ${unanswered} without a success, ${wrong} of ${acknowledgedPriorities(results).size} tickets without their acknowledged priority, ${unfinished} sagas unfinished`,
  )
  tell(broken.length === 0 ? `all ${findings.length} invariants hold` : `broken: ${formatFindings(broken)}`)
  return { ok: broken.length + unanswered + wrong + unfinished === 0, lines, findings }
}

async function wrongPriorities(
  { store }: Target,
  results: Parameters<typeof acknowledgedPriorities>[0],
): Promise<number> {
  const headers = (await scanAll(store, 'Tickets')).filter(isTicketHeader).map(parseTicket)
  const stored = new Map(headers.map(({ id, priority }) => [id, priority as string]))
  return [...acknowledgedPriorities(results)].filter(([id, priority]) => stored.get(id) !== priority).length
}

async function formsOf({ store }: Target): Promise<string> {
  const headers = (await scanAll(store, 'Tickets')).filter(isTicketHeader)
  const count = (old: boolean, isNew: boolean) =>
    headers.filter((row) => priorityScale.has(row, 'old') === old && priorityScale.has(row, 'new') === isNew).length
  return `${headers.length} tickets: ${count(true, false)} old form, ${count(true, true)} both, ${count(false, true)} new form`
}

/** Waits until the backfill of a command has stored another position. Throws when the command ends before. */
async function hasBegun({ store }: Target, ended: ReturnType<RehearsalStack['runNext']>['ended']): Promise<void> {
  const { table, key } = sweepPositionRow(`migrate ${name} fill`)
  const revision = async () => {
    const row = await store.get({ table, key })
    return row && parseSweepPosition(row).revision
  }
  let end: Awaited<typeof ended> | undefined
  void ended.then((outcome) => {
    end = outcome
  })
  const first = await revision()
  while ((await revision()) === first) {
    if (end) throw new Error(`the backfill ended with ${end.code} before it could be stopped: ${end.output}`)
    await sleep(20)
  }
}
