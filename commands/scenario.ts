import { Command } from 'commander'
import { openTarget, type Target } from '../proof/target.ts'
import { scenarioOf, scenarios } from '../scenarios/all.ts'
import { play } from '../scenarios/run-scenario.ts'
import { isAnswering, isPlayableOn, type Scenario } from '../scenarios/scenario.ts'
import { sequenceOf } from '../scenarios/sequence.ts'
import type { Keeper } from '../scenarios/stage.ts'
import { wrapped } from '../scenarios/told.ts'
import { startOwnStack } from './own-stack.ts'
import { startProgress } from './progress.ts'
import { dataOption, runCommand } from './run-command.ts'
import { stopAsked } from './stop-asked.ts'
import { targetOption } from './target-option.ts'
import { teller } from './teller.ts'

interface Options {
  target?: string
  data: string
  json: boolean
  sequence: boolean
  pause: boolean
}

/** Beside the name of a walkthrough that can't run anywhere. */
const marks = { any: '', embedded: ' *', own: ' **' }

const program = new Command('npm run scenario --')
  .description(
    'One walkthrough, told step by step, on a running stack: break it, see what happens, and read the verdict.',
  )
  .argument('[name]', 'the walkthrough; "list" names them', 'list')
  .addOption(targetOption())
  .addOption(dataOption())
  .option('--json', 'print what happened as JSON', false)
  .option('--sequence', 'print what happened as a Mermaid sequence diagram too', false)
  .option('--pause', 'wait for Enter before each step, on a terminal', false)
  .action((name: string, options: Options) => (name === 'list' ? list(options) : tell(name, options)))

await runCommand(program)

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
  const scenario = scenarioOf(name)
  const signal = stopAsked()
  if (scenario.targets === 'own') return tellOnOwnStack(scenario, options, signal)
  const target = openTarget({ dataDir: options.data, apiUrl: options.target })
  if (!(await isAnswering(target)))
    throw new Error(`nothing answers at ${target.apiUrl}: start the stack (npm start), or name another with --target`)
  if (!(await isPlayableOn(scenario, target)))
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
  const told = teller({ pause, signal })
  if (!json) told.opening(scenario)
  const played = await play(scenario, target, { ...(json ? { signal } : told.options), ...(keeper && { keeper }) })
  if (json) console.log(JSON.stringify({ ...played, sequence: sequenceOf(played.steps) }, null, 2))
  else told.verdict(played)
  if (sequence && !json) console.log(sequenceOf(played.steps))
  if (!played.verdict.holds) process.exitCode = 1
}
