import { Argument, Command } from 'commander'
import { timeLeftMs } from '../app/backfill.ts'
import { backfillSubscriber, surveySubscriber } from '../app/backfill-subscriber.ts'
import { orderedConsumers } from '../app/consumers/ordered-consumers.ts'
import { runtime } from '../app/environment.ts'
import { type SubscriberName, subscribers } from '../app/functions.ts'
import { reachTarget, TargetError } from '../proof/target.ts'
import { Throttle } from '../proof/throttle.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { errorPrinter } from './program/error-printer.ts'
import { dataOption, positiveNumber, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { withProgress } from './terminal/progress.ts'

interface Options {
  dryRun?: true
  json?: true
  rate: number
  target?: string
  data: string
}

const program = new Command('npm run backfill --')
  .description(
    'Feeds a subscriber the past: every event of every aggregate, in order, through its own checkpoint, beside traffic. Stopped or killed, it goes on at the next run. It sends no mail and calls no webhook: subscribers that start sagas are refused.',
  )
  .addArgument(new Argument('<what>', 'what is fed').choices(['subscriber']))
  .addArgument(new Argument('<name>', 'the subscriber').choices(Object.keys(subscribers)))
  .option('--dry-run', 'only say how many aggregates lack events')
  .option('--json', 'as one JSON object')
  .option('--rate <n>', 'at most this many capacity units per second', positiveNumber, 500)
  .addOption(targetOption())
  .addOption(dataOption())
  .action(run)

await runProgram(program)

async function run(_: 'subscriber', name: SubscriberName, { dryRun, json, rate, target: apiUrl, data }: Options) {
  const throttle = new Throttle(runtime, rate)
  const { migrated: store } = await reachTarget({ dataDir: data, apiUrl, onConsumed: throttle.add })
  const consumer = orderedConsumers(store, runtime).find((candidate) => candidate.name === name)
  if (!consumer)
    throw new TargetError(
      `${name} starts or wakes sagas, which send mails and call webhooks: its past is not fed, or people would be told again. What it missed lately, "npm run reconcile -- sagas" finds`,
    )
  const deps = { store, runtime, observer: errorPrinter }
  const signal = abortOnSignal()
  await withProgress(async (progress) => {
    progress.step('Counting')
    const { wanted, left: lacking } = await surveySubscriber(deps, consumer, { throttle, signal })
    const found = `${lacking.toLocaleString('en')} of ${wanted.toLocaleString('en')} aggregates lack events in ${name}`
    if (dryRun) {
      progress.done()
      console.log(json ? JSON.stringify({ name, wanted, left: lacking }) : found)
      return
    }
    const startedAtMs = runtime.now()
    const result = await backfillSubscriber(deps, consumer, {
      throttle,
      signal,
      onProgress: ({ handled }) => {
        const leftMs = timeLeftMs({ done: handled, all: wanted, elapsedMs: runtime.now() - startedAtMs })
        const time = leftMs === undefined ? '' : `, about ${Math.ceil(leftMs / 1000)} s left`
        progress.show({ step: `Feeding ${name}`, detail: `Feeding ${name}: ${handled} of ${wanted} aggregates${time}` })
      },
    })
    progress.done()
    const { handled, failed, left, complete } = result
    if (json) console.log(JSON.stringify({ name, wanted, ...result }))
    else
      console.log(
        `${found}; ${handled.toLocaleString('en')} looked at, ${left?.toLocaleString('en') ?? 'unknown how many'} still lack events`,
      )
    if (!complete || left === undefined) throw new Error('stopped: run the command again to go on')
    if (failed > 0 || left > 0)
      throw new Error(`${failed} aggregates could not be fed (above): mend the cause, and run the command again`)
  })
}
