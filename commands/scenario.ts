import { Command } from 'commander'
import { openTarget, type Target } from '../proof/target.ts'
import { scenarioOf, scenarios } from '../scenarios/all.ts'
import { play } from '../scenarios/run-scenario.ts'
import { isPlayableOn, type Scenario } from '../scenarios/scenario.ts'
import { sequenceOf } from '../scenarios/sequence.ts'
import type { Keeper } from '../scenarios/stage.ts'
import { toldOpening, toldStep, toldVerdict, wrapped } from '../scenarios/told.ts'
import { startOwnStack } from './own-stack.ts'
import { startProgress } from './progress.ts'
import { dataOption, runCommand } from './run-command.ts'
import { targetOption } from './target-option.ts'

interface Options {
  target?: string
  data: string
  json: boolean
  sequence: boolean
}

/** Said beside a title where a walkthrough can't run anywhere. */
const needs = { any: '', embedded: ' (embedded only)', own: ' (on a stack of its own)' }

const program = new Command('npm run scenario --')
  .description(
    'One walkthrough, told step by step, on a running stack: break it, see what happens, and read the verdict.',
  )
  .argument('<name>', 'the walkthrough; "list" names them')
  .addOption(targetOption())
  .addOption(dataOption())
  .option('--json', 'print what happened as JSON', false)
  .option('--sequence', 'print what happened as a Mermaid sequence diagram too', false)
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
  for (const { name, title, targets } of known)
    console.log(wrapped(`${title}${needs[targets]}`, name.padEnd(28), ' '.repeat(28)))
}

async function tell(name: string, options: Options): Promise<void> {
  const scenario = scenarioOf(name)
  if (scenario.targets === 'own') return tellOnOwnStack(scenario, options)
  const target = openTarget({ dataDir: options.data, apiUrl: options.target })
  if (!(await isPlayableOn(scenario, target)))
    throw new Error(
      `${name} needs faults at the edge, which only the embedded stack can make: run it against npm start`,
    )
  await tellOn(scenario, target, options)
}

/** Kills the stack that it is played on, so it gets one that nobody else uses. */
async function tellOnOwnStack(scenario: Scenario, options: Options): Promise<void> {
  const isNamed = options.target !== undefined || program.getOptionValueSource('data') === 'cli'
  if (isNamed)
    throw new Error(
      `${scenario.name} kills the stack it is played on, and starts one of its own: name no target for it`,
    )
  const progress = startProgress()
  try {
    const stack = await startOwnStack({ onStep: progress.step })
    progress.done()
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => void stack.stop().finally(() => process.exit(1)))
    await tellOn(scenario, stack, options, stack).finally(() => stack.stop())
  } finally {
    progress.done()
  }
}

async function tellOn(scenario: Scenario, target: Target, { json, sequence }: Options, keeper?: Keeper): Promise<void> {
  if (!json) console.log(toldOpening(scenario))
  const onStep = json ? () => {} : (...step: Parameters<typeof toldStep>) => console.log(toldStep(...step))
  const played = await play(scenario, target, { onStep, ...(keeper && { keeper }) })
  if (json) console.log(JSON.stringify({ ...played, sequence: sequenceOf(played.steps) }, null, 2))
  else console.log(toldVerdict(played))
  if (sequence && !json) console.log(sequenceOf(played.steps))
  if (!played.verdict.holds) process.exitCode = 1
}
