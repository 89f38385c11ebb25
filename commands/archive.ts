import { Command, Option } from 'commander'
import { restoreTicket } from '../app/archive/archive-ticket.ts'
import {
  type ArchiveRunDeps,
  type ArchiveSurvey,
  archiveTickets,
  restoreTickets,
  surveyArchive,
  type TicketsArchived,
} from '../app/archive/archive-tickets.ts'
import type { BackfillOptions } from '../app/backfill.ts'
import { orderedConsumers } from '../app/consumers/ordered-consumers.ts'
import { runtime } from '../app/environment.ts'
import { tenantOfTicket } from '../proof/replay/find-ticket.ts'
import { reachTarget, type Target, TargetError } from '../proof/target.ts'
import { Throttle } from '../proof/throttle.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { errorPrinter } from './program/error-printer.ts'
import { dataOption, positiveNumber, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { timeOf } from './program/time-of.ts'
import { withProgress } from './terminal/progress.ts'

interface Options {
  closedBefore?: string
  restoreTicket?: string
  restoreAll?: true
  dryRun?: true
  json?: true
  rate: number
  target?: string
  data: string
}

/** Tables can be restored to so long ago (PITR), and no queue keeps a message for longer: on AWS, nothing younger is archived. */
const quietDaysMin = 35

const program = new Command('npm run archive --')
  .description(
    'Moves the events of tickets that were closed and quiet before a time from the table Events to the archive bucket, beside traffic; they are read as before. Stopped or killed, it goes on at the next run. Or puts them back.',
  )
  .addOption(
    new Option(
      '--closed-before <time>',
      `archive what is closed, and without an event since this time, with its zone (2026-03-01T12:00:00Z); on AWS at least ${quietDaysMin} days ago`,
    ).conflicts(['restoreTicket', 'restoreAll']),
  )
  .addOption(new Option('--restore-ticket <id>', 'put the events of this ticket back').conflicts('restoreAll'))
  .option('--restore-all', 'put the events of every ticket back')
  .option('--dry-run', 'only say what would be archived, and why the rest would not')
  .option('--json', 'as one JSON object')
  .option('--rate <n>', 'at most this many capacity units per second', positiveNumber, 500)
  .addOption(targetOption())
  .addOption(dataOption())
  .action(run)

await runProgram(program)

async function run(options: Options): Promise<void> {
  const { closedBefore, restoreTicket: ticketId, restoreAll, dryRun } = options
  const throttle = new Throttle(runtime, options.rate)
  const target = await reachTarget({ dataDir: options.data, apiUrl: options.target, onConsumed: throttle.add })
  const deps = archiveDeps(target)
  if (ticketId !== undefined) return restoreOne(target, deps, ticketId)
  const running = { throttle, signal: abortOnSignal() }
  if (restoreAll) return restoreEach(deps, running)
  if (closedBefore === undefined) throw new TargetError('give --closed-before, --restore-ticket or --restore-all')
  const quietSince = new Date(quietSinceOf(target, closedBefore)).toISOString()
  await withProgress(async (progress) => {
    progress.step(dryRun ? 'Looking' : 'Archiving')
    const onProgress = ({ handled }: { handled: number }) =>
      progress.show({ step: 'Archiving', detail: `Archiving: ${handled.toLocaleString('en')} tickets looked at` })
    const result = dryRun
      ? await surveyArchive(deps, quietSince, running)
      : await archiveTickets(deps, quietSince, { ...running, onProgress })
    progress.done()
    console.log(options.json ? JSON.stringify({ quietSince, ...result }) : format(result))
    if (!result.complete) throw new Error('stopped: run the command again to go on')
    if ('failed' in result && result.failed > 0)
      throw new Error(`${result.failed} tickets could not be archived (above), and keep their events`)
  })
}

/** Throws {@link TargetError} for a target that is older than archives. */
function archiveDeps({ archive }: Target): ArchiveRunDeps {
  if (!archive) throw new TargetError('outputs.json has no ArchiveBucket: start or deploy the stack again')
  const { tables: store, objects } = archive
  const consumers = orderedConsumers(store, runtime)
  return { store, objects, runtime, consumers, observer: errorPrinter }
}

function quietSinceOf({ edgeUrl }: Target, closedBefore: string): number {
  const timeMs = timeOf('--closed-before', closedBefore)
  if (edgeUrl === undefined && timeMs > runtime.now() - quietDaysMin * 86_400_000)
    throw new TargetError(
      `--closed-before must be at least ${quietDaysMin} days ago: until then a restore, or a message that is sent again, may need the events`,
    )
  return timeMs
}

async function restoreOne({ store }: Target, deps: ArchiveRunDeps, ticketId: string): Promise<void> {
  const tenant = await tenantOfTicket(store, ticketId)
  if (tenant === undefined) throw new TargetError(`there is no ticket ${ticketId}`)
  const isRestored = await restoreTicket(deps, { tenant, ticketId })
  console.log(
    isRestored ? `the events of ticket ${ticketId} are back` : `the events of ticket ${ticketId} are not archived`,
  )
}

async function restoreEach(deps: ArchiveRunDeps, options: BackfillOptions): Promise<void> {
  const { handled, failed, complete } = await restoreTickets(deps, options)
  console.log(`the events of ${(handled - failed).toLocaleString('en')} tickets are back`)
  if (!complete) throw new Error('stopped: run the command again to go on')
  if (failed > 0) throw new Error(`${failed} tickets could not be restored (above)`)
}

function format(result: TicketsArchived | ArchiveSurvey): string {
  const number = (value: number) => value.toLocaleString('en')
  const kept = Object.entries(result.kept).map(([why, tickets]) => `${number(tickets)} ${why}`)
  const moved =
    'archived' in result
      ? `${number(result.archived)} tickets archived`
      : `${number(result.archivable)} tickets would be archived`
  const rest = kept.length > 0 ? `, kept: ${kept.join(', ')}` : ''
  return `${moved}, ${number(result.already)} were already${rest}`
}
