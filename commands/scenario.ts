import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import { findMutant } from '../proof/mutants/all.ts'
import { reachTarget, type Target } from '../proof/target.ts'
import { findScenario, ownCases, scenarios } from '../scenarios/all.ts'
import type { RestartableStack } from '../scenarios/runner/context/open-context.ts'
import { formatSequenceDiagram } from '../scenarios/runner/picture/sequence-diagram.ts'
import { formatMutantResult } from '../scenarios/runner/report/mutant-report.ts'
import { wrapText } from '../scenarios/runner/report/wrap-text.ts'
import { type MutantCase, runMutant } from '../scenarios/runner/run-mutant.ts'
import { runScenario } from '../scenarios/runner/run-scenario.ts'
import { canRunOn, type Scenario } from '../scenarios/runner/scenario.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { dataOption, targetOption } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { synthesizeApp } from './stack/synthesize-app.ts'
import { startTemporaryStack } from './stack/temporary-stack.ts'
import { highlighted } from './terminal/highlight.ts'
import { createNarrator } from './terminal/narrator.ts'
import { startProgress } from './terminal/progress.ts'

interface Options {
  target?: string
  data: string
  json?: true
  sequence?: true
  pause?: true
  withoutGuard?: true
  mutant?: string
}

const rootDir = resolve(import.meta.dirname, '..')

/** Marks the scenarios that can't run on every target. */
const targetMarks = { any: '', embedded: ' *', own: ' **' }

const program = new Command('npm run scenario --')
  .description(
    'Runs one scenario on a running stack, step by step: it attacks a promise, shows what happens, and ends in a verdict.',
  )
  .argument('[name]', 'the scenario; "list" prints them all', 'list')
  .addOption(targetOption())
  .addOption(dataOption())
  .option('--json', 'print everything that happened as JSON')
  .option('--sequence', 'also print a Mermaid sequence diagram of what happened')
  .option('--pause', 'on a terminal, wait for Enter before each step')
  .option(
    '--without-guard',
    'run it against each of its own mutants, on stacks of their own whose code lacks the guard; exit 0 only when all are caught',
  )
  .addOption(
    new Option(
      '--mutant <name>',
      'the same with any mutant ("npm run mutants -- list" prints them all); exit 0 only when an invariant breaks',
    ).conflicts('withoutGuard'),
  )
  .action(scenarioCommand)

await runProgram(program)

async function scenarioCommand(name: string, options: Options): Promise<void> {
  if (name === 'list') return list(options)
  const scenario = findScenario(name)
  const mutant = options.mutant === undefined ? undefined : findMutant(options.mutant)
  if (mutant) return runWithMutant({ scenario, mutant }, options)
  if (options.withoutGuard) {
    for (const own of ownCases([scenario])) await runWithMutant(own, options)
    return
  }
  return scenario.targets === 'own' ? runOnTemporaryStack(scenario, options) : runOnTarget(scenario, options)
}

function list({ json }: Options): void {
  if (json) {
    const listed = scenarios.map(({ name, title, shows, invariants, targets, mutants }) => ({
      name,
      title,
      shows,
      invariants,
      targets,
      mutants: mutants.map(({ mutant, breaks }) => ({ name: mutant.name, breaks })),
    }))
    console.log(JSON.stringify(listed, null, 2))
    return
  }
  const width = Math.max(...scenarios.map(({ name }) => name.length)) + 4
  for (const { name, title, targets } of scenarios)
    console.log(wrapText(title, `${name}${targetMarks[targets]}`.padEnd(width), ' '.repeat(width)))
  console.log('\n*  needs the embedded stack (npm start), which can inject faults')
  console.log('** kills its stack, and therefore starts one of its own')
}

async function runOnTarget(scenario: Scenario, options: Options): Promise<void> {
  const signal = abortOnSignal()
  const target = await reachTarget({ dataDir: options.data, apiUrl: options.target })
  if (!(await canRunOn(scenario, target)))
    throw new Error(
      `${scenario.name} needs faults at the edge, which ${target.apiUrl} can't inject: run it against the embedded stack (npm start)`,
    )
  await runAndPrint(scenario, target, options, signal)
}

async function runOnTemporaryStack(scenario: Scenario, options: Options): Promise<void> {
  if (options.target !== undefined || program.getOptionValueSource('data') === 'cli')
    throw new Error(
      `${scenario.name} kills its stack, and therefore starts one of its own: run it without --target and --data`,
    )
  const signal = abortOnSignal()
  const progress = startProgress()
  try {
    const stack = await startTemporaryStack({ onProgress: progress.step, signal })
    progress.done()
    await runAndPrint(scenario, stack, options, signal, stack).finally(() => stack.stop())
  } finally {
    progress.done()
  }
}

async function runAndPrint(
  scenario: Scenario,
  target: Target,
  { json, sequence, pause }: Options,
  signal: AbortSignal,
  stack?: RestartableStack,
): Promise<void> {
  const progress = startProgress()
  const narrator = createNarrator({ pause: pause === true, signal, progress })
  if (!json) narrator.printOpening(scenario)
  const options = { ...(json ? { signal } : narrator.options), ...(stack && { stack }) }
  const result = await runScenario(scenario, target, options).finally(progress.done)
  const diagram = formatSequenceDiagram(result.steps)
  if (json) console.log(JSON.stringify({ ...result, sequence: diagram }, null, 2))
  else narrator.printVerdict(result)
  if (sequence && !json) console.log(diagram)
  if (!result.verdict.holds) process.exitCode = 1
}

/** Runs on a stack of its own, whatever else is running. */
async function runWithMutant({ scenario, mutant }: MutantCase, { json, sequence, pause }: Options): Promise<void> {
  const signal = abortOnSignal()
  const progress = startProgress()
  const isOwn = scenario.mutants.some((planted) => planted.mutant === mutant)
  const codeLacks = isOwn ? 'the guard' : 'something else'
  const narrator = createNarrator({ pause: pause === true, signal, progress, codeLacks })
  try {
    const assemblyDir = await synthesizeApp(progress.step)
    progress.step(`Building a stack with the mutant ${mutant.name}`)
    if (!json) narrator.printOpening(scenario)
    const run = await runMutant({ scenario, mutant }, { rootDir, assemblyDir }, json ? { signal } : narrator.options)
    progress.done()
    const diagram = formatSequenceDiagram(run.result.steps)
    console.log(json ? JSON.stringify({ ...run, sequence: diagram }, null, 2) : highlighted(formatMutantResult(run)))
    if (sequence && !json) console.log(diagram)
    if (!run.isCaught) process.exitCode = 1
  } finally {
    progress.done()
  }
}
