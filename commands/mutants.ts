import { cpus } from 'node:os'
import { Command, Option } from 'commander'
import { killingChecks } from '../proof/mutants/killing-checks.ts'
import { filesOf } from '../proof/mutants/mutant.ts'
import { findPlantedMutant, opponents, type PlantedMutant, plantedMutants } from '../proof/mutants/planted.ts'
import { readMutantRecord, recordKill } from '../proof/mutants/record.ts'
import { mutantSchedulesMax } from '../proof/simulate/run-mutants.ts'
import { findScenario, findScenarioByMutant, killsInScenarios, scenarios } from '../scenarios/all.ts'
import { wrapText } from '../scenarios/runner/report/wrap-text.ts'
import { reportMutants } from './mutants/report.ts'
import { type Trial, tryInScenarios, tryInSimulation, tryInUnitTests } from './mutants/trials.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { type Part, parsePart, positiveNumber } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { writeJson } from './program/write-json.ts'
import { startProgress } from './terminal/progress.ts'

interface Options {
  against: readonly Trial['opponent'][]
  scenario?: string
  seeds: number
  unitSeconds: number
  part?: Part
  record?: true
  json?: string
}

const program = new Command('npm run mutants --')
  .description(
    'Plants each known mistake, tries it against its scenario on a whole stack and against the simulation, and prints which checks killed it, and which mutants only one check kills. Exit code 0 only when at least one was tried, and each that was is killed wherever it is planted.',
  )
  .argument('[mutant...]', 'only these mutants, or those of these scenarios; "list" prints them all and what each does')
  .addOption(
    new Option('--against <opponents...>', 'what to try them against; unit tests take a few seconds each')
      .choices(['scenarios', 'simulation', 'unit-tests'])
      .default(['scenarios', 'simulation']),
  )
  .option('--scenario <name>', 'run this scenario instead, and nothing else; without a mutant, against its own')
  .option('--seeds <n>', 'in the simulation: so many schedules at most', positiveNumber, mutantSchedulesMax)
  .option(
    '--unit-seconds <n>',
    'in unit tests: so long at most for each mutant; one that has not been found by then is told as unknown, and is not caught',
    positiveNumber,
    120,
  )
  .option('--part <i/n>', 'the first of n parts of the mutants, or another one', parsePart)
  .addOption(
    new Option('--record', 'keep what simulation and unit tests find: docs/mutants.md is made of it').conflicts(
      'scenario',
    ),
  )
  .option('--json <file>', 'write the results, or the list, as JSON')
  .action((names: string[], options: Options) => (names[0] === 'list' ? list(options) : run(names, options)))

await runProgram(program)

function list({ json }: Options): void {
  const listed = plantedMutants.map(({ mutant, against }) => ({
    name: mutant.name,
    says: mutant.description,
    files: filesOf(mutant),
    scenario: killsInScenarios().get(mutant.name)?.scenario,
    against: opponents.filter((opponent) => against.has(opponent)),
  }))
  if (json) writeJson(json, { mutants: listed })
  const width = Math.max(...listed.map(({ name }) => name.length)) + 2
  for (const { name, says, scenario, against } of listed) {
    const where = [...(scenario ? [scenario] : []), ...against.filter((opponent) => opponent !== 'scenarios')]
    console.log(wrapText(`${says} (${where.join(', ')})`, name.padEnd(width), ' '.repeat(width)))
  }
}

async function run(names: readonly string[], options: Options): Promise<void> {
  const startedAtMs = performance.now()
  const scenario = options.scenario === undefined ? undefined : findScenario(options.scenario)
  const { against, seeds, unitSeconds, part, record, json } = options
  const chosen = chooseMutants(scenario && names.length === 0 ? [scenario.name] : names, part)
  const tried = (opponent: Trial['opponent']) =>
    against.includes(opponent) && !scenario ? chosen.filter((planted) => planted.against.has(opponent)) : []
  const cases = scenario
    ? chosen.map(({ mutant }) => ({ mutant, scenario }))
    : tried('scenarios').map(({ mutant }) => ({ mutant, scenario: findScenarioByMutant(mutant) }))
  const progress = startProgress()
  const signal = abortOnSignal()
  const trials: Trial[] = []
  const recordedBefore = readMutantRecord().mutants
  const ranOn = { ranOn: new Date().toISOString().slice(0, 10), machine: describeMachine() }
  const onTrial = (trial: Trial) => {
    progress.done()
    console.log(trial.line)
    trials.push(trial)
    if (record && trial.opponent !== 'scenarios')
      recordKill(trial.mutant, trial.opponent, trial.kills[trial.opponent], ranOn)
  }
  const trialOptions = { progress, signal, onTrial, seeds, unitSeconds }
  try {
    if (cases.length > 0) await tryInScenarios(cases, trialOptions)
    await tryInSimulation(tried('simulation'), trialOptions)
    await tryInUnitTests(tried('unit-tests'), trialOptions)
  } finally {
    progress.done()
  }
  const inScenarios = killsInScenarios()
  const { lines, ok } = reportMutants({
    names: chosen.map(({ mutant }) => mutant.name),
    trials,
    recorded: recordedBefore,
    checksOf: (name, kills) => killingChecks(name, inScenarios.get(name), kills),
  })
  for (const line of lines) console.log(line)
  if (json) writeJson(json, toJson(ok, trials))
  console.log(`in ${Math.round((performance.now() - startedAtMs) / 1000)} s`)
  if (!ok) process.exitCode = 1
}

/** All, or those that are named, themselves or by their scenario. Throws on an unknown name. */
function chooseMutants(names: readonly string[], part: Part | undefined): PlantedMutant[] {
  const named = names.flatMap((name) => {
    const own = scenarios.find((each) => each.name === name)?.mutants
    return own ? own.map(({ mutant }) => findPlantedMutant(mutant.name)) : [findPlantedMutant(name)]
  })
  const chosen = names.length === 0 ? plantedMutants : named
  return chosen.filter((_, index) => !part || index % part.of === part.number - 1)
}

function toJson(ok: boolean, trials: readonly Trial[]) {
  const resultsOf = (opponent: Trial['opponent']) =>
    trials.filter((trial) => trial.opponent === opponent).map(({ result }) => result)
  return {
    ok,
    mutants: resultsOf('scenarios'),
    simulated: resultsOf('simulation'),
    unitTests: resultsOf('unit-tests'),
  }
}

function describeMachine(): string {
  const [{ model = 'unknown' } = {}] = cpus()
  return `${cpus().length} cores of ${model.trim()}, Node ${process.versions.node}`
}
