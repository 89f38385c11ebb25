import { setTimeout } from 'node:timers/promises'
import { Argument, Command } from 'commander'
import { runtime } from '../app/environment.ts'
import { changeCatalog, readCatalog } from '../app/views/catalog.ts'
import { fillGeneration, type RebuildStep, rollBackView, switchView } from '../app/views/rebuild-view.ts'
import { TicketStats } from '../domain/ticket-stats.ts'
import {
  cancelRebuild,
  dropPrevious,
  generationsOf,
  type ViewGeneration,
  type ViewName,
  viewNames,
} from '../domain/view-catalog.ts'
import { judgeInParts } from '../proof/check/in-parts/check-in-parts.ts'
import { lastingViolations } from '../proof/check/lasting-violations.ts'
import { generationViolations } from '../proof/check/views.ts'
import { reachTarget, type Target } from '../proof/target.ts'
import { Throttle } from '../proof/throttle.ts'
import { scanPages } from '../tables/scan-rows.ts'
import { isOfGenerations } from '../tables/views.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { errorPrinter } from './program/error-printer.ts'
import { dataOption, positiveNumber, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { withProgress } from './terminal/progress.ts'

interface Options {
  rollBack?: true
  from?: number
  cancel?: true
  dropPrevious?: true
  build?: true
  rate: number
  target?: string
  data: string
}

const program = new Command('npm run rebuild --')
  .description(
    'Builds a read model again from the events, beside the live one and beside traffic, compares it with the events and switches to it. Stopped or killed, it goes on at the next run. It sends no mail and calls no webhook.',
  )
  .addArgument(new Argument('<view>', 'the read model; list names them').choices([...viewNames, 'list']))
  .option('--build', 'only build and compare, without the switch')
  .option('--roll-back', 'switch back to the generation that was live before')
  .option(
    '--from <n>',
    'with --roll-back: the generation to take back, so that a repeated command does it once',
    positiveNumber,
  )
  .option('--cancel', 'give up the generation that is being built')
  .option('--drop-previous', 'keep the generation that was live before no longer')
  .option('--rate <n>', 'at most this many capacity units per second', positiveNumber, 500)
  .addOption(targetOption())
  .addOption(dataOption())
  .action(async (view: ViewName | 'list', options: Options) => {
    const throttle = new Throttle(runtime, options.rate)
    const target = await reachTarget({ dataDir: options.data, apiUrl: options.target, onConsumed: throttle.add })
    if (view === 'list') return list(target)
    if (options.from !== undefined && !options.rollBack) throw new Error('--from needs --roll-back')
    if (options.rollBack) await rollBackView(target, view, options.from)
    else if (options.cancel) await changeCatalog(target, (catalog) => cancelRebuild(catalog, view))
    else if (options.dropPrevious) await changeCatalog(target, (catalog) => dropPrevious(catalog, view))
    else return rebuild(target, view, throttle, options)
    return list(target)
  })

/** An event under way makes a difference for a moment, and on a busy row often. */
const comparisonsMax = 10

await runProgram(program)

async function list({ store }: Target): Promise<void> {
  const { catalog } = await readCatalog(store)
  for (const view of viewNames) {
    const { live, building, previous } = generationsOf(catalog, view)
    const others = [
      building && `generation ${building.generation} is being built since ${building.since}`,
      previous && `generation ${previous} is kept for a rollback`,
    ].filter(Boolean)
    console.log([`${view}: generation ${live} is live`, ...others].join(', '))
  }
}

async function rebuild(target: Target, view: ViewName, throttle: Throttle, { build }: Options): Promise<void> {
  const deps = { store: target.migrated, runtime, observer: errorPrinter }
  const signal = abortOnSignal()
  await withProgress(async (progress) => {
    const tickets = await countedTickets(target)
    const startedAtMs = Date.now()
    const onProgress = (step: RebuildStep) => {
      if (step.step === 'waiting')
        return progress.step(`Waiting until every function knows the new generation (${secondsUntil(step.untilMs)} s)`)
      const what = `Projecting the past, pass ${step.pass}`
      progress.show({ step: what, detail: `${what}: ${formatProgress(step, tickets, Date.now() - startedAtMs)}` })
    }
    const filled = await fillGeneration(deps, view, { throttle, signal, onProgress })
    const { generation, aggregates, events, status } = filled
    const amount = `${aggregates.toLocaleString('en')} aggregates, ${events.toLocaleString('en')} events, ${Math.ceil(throttle.consumedUnits).toLocaleString('en')} capacity units`
    if (status === 'stopped') throw new Error(`stopped after ${amount}: run the command again to go on`)
    if (status === 'cancelled')
      throw new Error(
        `generation ${generation} was given up meanwhile (--cancel): nothing was switched. Run the command again to build another one`,
      )
    if (status === 'failed')
      throw new Error(
        'some aggregates could not be projected (above): nothing was switched. Mend the cause, and run the command again',
      )
    progress.step('Comparing with the events')
    const violations = await compare(target, { view, generation })
    if (violations.length > 0)
      throw new Error(`the new generation is not what the events say, nothing was switched: ${violations[0]}`)
    progress.done()
    console.log(`${view} generation ${generation} equals the events: ${amount}`)
    if (build) return console.log('built only; without --build, the command switches to it')
    await switchView(deps, { view, generation })
    console.log(`it is live now; "npm run rebuild -- ${view} --roll-back --from ${generation}" takes that back`)
  })
}

/** What is wrong with the new generation. Others may be wrong: it is built to replace them. */
async function compare({ store, archive }: Target, built: ViewGeneration): Promise<string[]> {
  const nothingElse = { attempts: [], mails: undefined, objects: undefined, digests: undefined }
  const read = async () => {
    const stored = { store, nowMs: Date.now(), archives: archive?.objects }
    return (await judgeInParts(stored, nothingElse, ({ views }) => generationViolations(views, built))).flat()
  }
  const lasting = await lastingViolations(read, { readings: comparisonsMax, pause: () => setTimeout(1_000) })
  return lasting.map(({ subject, problem }) => `${subject} ${problem}`)
}

/** How many tickets the live counts know: what the first pass will meet, about. A row that can't be read may be why it is rebuilt. */
async function countedTickets({ store }: Target): Promise<number> {
  const { catalog } = await readCatalog(store)
  const live = { view: 'stats', generation: generationsOf(catalog, 'stats').live } as const
  let tickets = 0
  for await (const rows of scanPages(store, 'Views'))
    for (const row of rows.filter((row) => isOfGenerations(row, [live])))
      for (const count of Object.values(TicketStats.safeParse(row).data?.counts ?? {})) tickets += count
  return tickets
}

function formatProgress(
  { aggregates, events }: Extract<RebuildStep, { step: 'filling' }>,
  tickets: number,
  elapsedMs: number,
): string {
  const share = Math.min(1, aggregates / Math.max(1, tickets))
  const left = share > 0 && share < 1 ? `, about ${Math.ceil(((1 - share) * elapsedMs) / share / 1000)} s left` : ''
  return `${aggregates.toLocaleString('en')} of about ${tickets.toLocaleString('en')} tickets, ${events.toLocaleString('en')} events${left}`
}

function secondsUntil(untilMs: number): number {
  return Math.max(0, Math.ceil((untilMs - Date.now()) / 1000))
}
