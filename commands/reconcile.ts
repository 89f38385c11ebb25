import { Argument, Command, Option } from 'commander'
import { runtime } from '../app/environment.ts'
import { noopObserver } from '../app/observer.ts'
import { type DriftKind, driftKinds } from '../app/reconcile/drift.ts'
import { type Finding, type ReconcileOptions, reconcile, reconcileTask } from '../app/reconcile/reconcile.ts'
import { differingViews } from '../proof/reconcile/differing-views.ts'
import { lastRuns } from '../proof/reconcile/last-runs.ts'
import { reconcileDeps } from '../proof/reconcile/reconcile-deps.ts'
import { reachTarget } from '../proof/target.ts'
import { Throttle } from '../proof/throttle.ts'
import type { RunEntry } from '../tables/runs.ts'
import { count, dataOption, positiveNumber, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { withProgress } from './terminal/progress.ts'

interface Options {
  heal?: true
  dryRun?: true
  runs?: number
  json?: true
  rate: number
  grace: number
  settled: number
  target?: string
  data: string
}

const program = new Command('npm run reconcile --')
  .description(
    'Compares stored data with what it follows from, and says what has drifted: what, since when, how many. With --heal it also puts right what it can, and hands over the rest. Each run is in the ledger. Exits 1 when something is left to be done.',
  )
  .addArgument(new Argument('[kind]', 'only this kind of drift').choices([...driftKinds]))
  .option('--heal', 'heal what can be healed')
  .option('--dry-run', 'say what --heal would do, and write nothing at all, not even to the ledger')
  .addOption(
    new Option('--runs [n]', 'only show the newest entries of the ledger, so many')
      .argParser(positiveNumber)
      .preset('20'),
  )
  .option('--json', 'as one JSON object')
  .option('--rate <n>', 'at most this many capacity units per second', positiveNumber, 500)
  .option('--grace <seconds>', 'between the two readings that make a suspect a drift', count, 3)
  .option('--settled <seconds>', 'what changed more recently is taken to be in flight', count, 60)
  .addOption(targetOption())
  .addOption(dataOption())
  .action(run)

await runProgram(program)

async function run(kind: DriftKind | undefined, options: Options): Promise<void> {
  const throttle = new Throttle(runtime, options.rate)
  const target = await reachTarget({ dataDir: options.data, apiUrl: options.target, onConsumed: throttle.add })
  if (options.runs) return showRuns(await lastRuns(target.store, reconcileTask, options.runs), options)
  const mode = modeOf(options)
  const observer = { ...noopObserver, error: printFailure }
  const deps = { ...reconcileDeps(target, { runtime, observer }), inFlightMsMax: options.settled * 1_000 }
  await withProgress(async (progress) => {
    const result = await reconcile(deps, {
      ...(kind && { kinds: [kind] }),
      mode,
      by: 'command',
      deadlineMs: Number.POSITIVE_INFINITY,
      graceMs: options.grace * 1_000,
      compareViews: () => differingViews(target),
      throttle,
      onProgress: (examined) =>
        progress.show({ step: 'Comparing', detail: `Comparing: ${examined.toLocaleString('en')} rows` }),
    })
    progress.done()
    const { findings, examined, failed } = result
    if (options.json) console.log(JSON.stringify({ mode, ...result }))
    else {
      for (const finding of findings) console.log(format(finding))
      console.log(summary(findings, examined, failed))
    }
    if (failed > 0 || findings.some(({ outcome }) => outcome !== 'healed')) process.exitCode = 1
  })
}

function modeOf({ dryRun, heal }: Options): ReconcileOptions['mode'] {
  if (dryRun) return 'dry run'
  return heal ? 'heal' : 'report'
}

function format({ kind, subject, problem, since, outcome, says }: Finding): string {
  return `${outcome.padEnd(11)} ${kind}: ${subject} ${problem}${since === undefined ? '' : ` (since ${since})`}\n            ${says}`
}

function summary(findings: readonly Finding[], examined: number, failed: number): string {
  const rows = `${examined.toLocaleString('en')} rows examined${failed > 0 ? `, ${failed} of them could not be read` : ''}`
  if (findings.length === 0) return `${rows}: nothing has drifted`
  const byKind = [...Map.groupBy(findings, ({ kind }) => kind)].map(([kind, of]) => `${of.length} ${kind}`)
  const healed = findings.filter(({ outcome }) => outcome === 'healed').length
  return `${rows}: ${findings.length} drifts (${byKind.join(', ')}), ${healed} healed`
}

function showRuns(entries: readonly RunEntry[], { json }: Options): void {
  if (json) console.log(JSON.stringify(entries))
  else if (entries.length === 0) console.log('no reconciliation has run yet')
  else
    for (const { at, runId, step, task: _, ...facts } of entries)
      console.log(`${at} ${runId} ${step} ${JSON.stringify(facts)}`)
}

function printFailure(message: string, facts: object): void {
  console.error(`${message}: ${JSON.stringify(facts, (_, value) => (value instanceof Error ? value.message : value))}`)
}
