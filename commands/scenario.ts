import { resolve } from 'node:path'
import { Command } from 'commander'
import { reachTarget, type Target } from '../proof/target.ts'
import { findScenario, scenarios } from '../scenarios/all.ts'
import type { Keeper, StepRecord } from '../scenarios/runner/context/context.ts'
import { runAgainstMutant } from '../scenarios/runner/mutants/run-mutant.ts'
import { sequenceOf } from '../scenarios/runner/picture/sequence-diagram.ts'
import { formatMutantResult } from '../scenarios/runner/report/mutant-report.ts'
import { wrapped } from '../scenarios/runner/report/scenario-report.ts'
import { runScenario } from '../scenarios/runner/run-scenario.ts'
import { canRunOn, type Scenario } from '../scenarios/runner/scenario.ts'
import { abortOnSignal } from './abort-signal.ts'
import { synthesizeApp } from './app.ts'
import { highlighted } from './highlight.ts'
import { narrator } from './narrator.ts'
import { startOwnStack } from './own-stack.ts'
import { startProgress } from './progress.ts'
import { dataOption, runProgram } from './run-program.ts'
import { targetOption } from './target-option.ts'

interface Options {
  target?: string
  data: string
  json: boolean
  sequence: boolean
  pause: boolean
  withoutGuard: boolean
}

/** Beside the name of a scenario that can't run anywhere. */
const marks = { any: '', embedded: ' *', own: ' **' }

const program = new Command('npm run scenario --')
  .description('One scenario, told step by step, on a running stack: break it, see what happens, and read the verdict.')
  .argument('[name]', 'the scenario; "list" names them', 'list')
  .addOption(targetOption())
  .addOption(dataOption())
  .option('--json', 'print what happened as JSON', false)
  .option('--sequence', 'print what happened as a Mermaid sequence diagram too', false)
  .option('--pause', 'wait for Enter before each step, on a terminal', false)
  .option(
    '--without-guard',
    'run it on a stack of its own whose code lacks the guard: the verdict must be broken',
    false,
  )
  .action((name: string, options: Options) => {
    if (name === 'list') return list(options)
    return options.withoutGuard ? tellWithoutGuard(name, options) : tell(name, options)
  })

await runProgram(program)

function list({ json }: Options): void {
  const known = scenarios.map(({ name, title, shows, invariants, targets }) => ({
    name,
    title,
    shows,
    invariants,
    targets,
  }))
  if (json) {
    console.log(JSON.stringify(known, null, 2))
    return
  }
  const width = Math.max(...known.map(({ name }) => name.length)) + 4
  for (const { name, title, targets } of known)
    console.log(wrapped(title, `${name}${marks[targets]}`.padEnd(width), ' '.repeat(width)))
  console.log('\n*  needs faults at the edge, which the embedded stack (npm start) can make')
  console.log('** kills the stack that it is played on, and starts one of its own')
}

async function tell(name: string, options: Options): Promise<void> {
  const scenario = findScenario(name)
  const signal = abortOnSignal()
  if (scenario.targets === 'own') return tellOnOwnStack(scenario, options, signal)
  const target = await reachTarget({ dataDir: options.data, apiUrl: options.target })
  if (!(await canRunOn(scenario, target)))
    throw new Error(`${name} needs faults at the edge, which ${target.apiUrl} can't make: run it against npm start`)
  await tellOn(scenario, target, options, signal)
}

/** Kills the stack that it is played on, so it gets one that nobody else uses. */
async function tellOnOwnStack(scenario: Scenario, options: Options, signal: AbortSignal): Promise<void> {
  const isNamed = options.target !== undefined || program.getOptionValueSource('data') === 'cli'
  if (isNamed)
    throw new Error(
      `${scenario.name} kills the stack it is played on, and starts one of its own: name no target for it`,
    )
  const progress = startProgress()
  try {
    const stack = await startOwnStack({ onStep: progress.step })
    progress.done()
    await tellOn(scenario, stack, options, signal, stack).finally(() => stack.stop())
  } finally {
    progress.done()
  }
}

async function tellOn(
  scenario: Scenario,
  target: Target,
  { json, sequence, pause }: Options,
  signal: AbortSignal,
  keeper?: Keeper,
): Promise<void> {
  const told = narrator({ pause, signal })
  if (!json) told.opening(scenario)
  const played = await runScenario(scenario, target, {
    ...(json ? { signal } : told.options),
    ...(keeper && { keeper }),
  })
  if (json) console.log(JSON.stringify({ ...played, sequence: sequenceOf(played.steps) }, null, 2))
  else told.verdict(played)
  if (sequence && !json) console.log(sequenceOf(played.steps))
  if (!played.verdict.holds) process.exitCode = 1
}

/** On a stack of its own, whatever else is running. */
async function tellWithoutGuard(name: string, { json, pause }: Options): Promise<void> {
  const scenario = findScenario(name)
  const signal = abortOnSignal()
  const progress = startProgress()
  const told = narrator({ pause, signal, progress })
  try {
    const assemblyDir = await synthesizeApp(progress.step)
    progress.step(`Building a stack without the guard: ${scenario.mutant.name}`)
    if (!json) told.opening(scenario)
    const sources = { rootDir: resolve(import.meta.dirname, '..'), assemblyDir }
    // What a step shows is not shown here.
    const onStep = ({ shows: _, ...step }: StepRecord, number: number) => told.options.onStep?.(step, number)
    const one = await runAgainstMutant(scenario, sources, json ? { signal } : { ...told.options, onStep })
    progress.done()
    console.log(json ? JSON.stringify(one, null, 2) : highlighted(formatMutantResult(one)))
    if (one.broke.length === 0) process.exitCode = 1
  } finally {
    progress.done()
  }
}
