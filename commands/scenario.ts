import { Command } from 'commander'
import { openTarget } from '../proof/target.ts'
import { scenarioOf, scenarios } from '../scenarios/all.ts'
import { play } from '../scenarios/run-scenario.ts'
import { isPlayableOn } from '../scenarios/scenario.ts'
import { sequenceOf } from '../scenarios/sequence.ts'
import { toldOpening, toldStep, toldVerdict, wrapped } from '../scenarios/told.ts'
import { dataOption, runCommand } from './run-command.ts'
import { targetOption } from './target-option.ts'

interface Options {
  target?: string
  data: string
  json: boolean
  sequence: boolean
}

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
    console.log(wrapped(`${title}${targets === 'embedded' ? ' (embedded only)' : ''}`, name.padEnd(28), ' '.repeat(28)))
}

async function tell(name: string, { target: apiUrl, data, json, sequence }: Options): Promise<void> {
  const scenario = scenarioOf(name)
  const target = openTarget({ dataDir: data, apiUrl })
  if (!(await isPlayableOn(scenario, target)))
    throw new Error(
      `${name} needs faults at the edge, which only the embedded stack can make: run it against npm start`,
    )
  if (!json) console.log(toldOpening(scenario))
  const played = await play(scenario, target, json ? {} : { onStep: (...step) => console.log(toldStep(...step)) })
  if (json) console.log(JSON.stringify({ ...played, sequence: sequenceOf(played.steps) }, null, 2))
  else console.log(toldVerdict(played))
  if (sequence && !json) console.log(sequenceOf(played.steps))
  if (!played.verdict.holds) process.exitCode = 1
}
