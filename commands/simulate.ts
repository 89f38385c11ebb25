import { randomInt } from 'node:crypto'
import { Command } from 'commander'
import { type ExhaustiveResult, neverShown, type PairChoice } from '../proof/simulate/exhaustive.ts'
import { findSimulatedMutant, simulatedMutants } from '../proof/simulate/mutants.ts'
import { formatExhaustive, formatSchedules, isGood } from '../proof/simulate/report.ts'
import { formatMutantRow, runSimulatedMutant, type SimulatedMutantResult } from '../proof/simulate/run-mutants.ts'
import { runSchedule } from '../proof/simulate/run-schedule.ts'
import { shrinkFailure, tellStory } from '../proof/simulate/story.ts'
import { findUseCase, swarmOf, useCases } from '../proof/simulate/use-cases.ts'
import { runExhaustivelyInWorkers, runSchedulesInWorkers } from '../proof/simulate/workers.ts'
import { abortOnSignal } from './program/abort-signal.ts'
import { count, type Part, parsePart, positiveNumber } from './program/options.ts'
import { runProgram } from './program/run-program.ts'
import { writeJson } from './program/write-json.ts'
import { startProgress } from './terminal/progress.ts'

interface Options {
  seeds: number
  from?: number
  seed?: number
  workers: number
  exhaustive?: true | string[]
  pairs: PairChoice
  part?: Part
  mutants?: true | string[]
  json?: string
}

const program = new Command('npm run simulate --')
  .description(
    'Runs the real functions and sagas over in-memory twins, in an order and with faults that a seed decides. Checks every step, and that all ends once faults stop. A failure is shrunk to its fewest faults and told. Exits 1 when one broke, or when the run did not show what it must.',
  )
  .option('--seeds <n>', 'schedules, one for each seed', positiveNumber, 2_000)
  .option('--from <seed>', 'the first seed (default: a random one, which is printed)', count)
  .option('--seed <seed>', 'run this seed only, and tell it', count)
  .option('--workers <n>', 'processes that share the work', positiveNumber, 1)
  .option(
    '--exhaustive [use-case...]',
    'for each core use case, or these, every fault at every point, and every pair of faults',
  )
  .option(
    '--pairs <n|points>',
    'with --exhaustive: so many pairs of a use case at most, or one for each pair of points; drawn by the seed of --from',
    (text) => (text === 'points' ? text : count(text)),
    10_000_000,
  )
  .option('--part <i/n>', 'with --exhaustive: the first of n parts, or another one, as all pairs take hours', parsePart)
  .option('--mutants [name...]', 'plant each known mistake, or these, and show after how many schedules it is found')
  .option('--json <file>', 'write the result as JSON')
  .action(simulate)

await runProgram(program)

async function simulate({ seed, ...options }: Options): Promise<void> {
  if (options.mutants) await runMutants(options)
  else if (options.exhaustive) await runEveryFault(options)
  else if (seed === undefined) await runMany(options)
  else await replay(seed, options)
}

async function runMany({ seeds, from = randomInt(2 ** 31), workers, json }: Options): Promise<void> {
  const signal = abortOnSignal()
  const progress = startProgress()
  const onProgress = (done: number) =>
    progress.show({ step: `simulating from seed ${from} on`, detail: `${done} of ${seeds} schedules` })
  const options = { firstSeed: from, count: seeds, signal, onProgress }
  const result = await runSchedulesInWorkers(options, workers).finally(progress.done)
  const stories: string[][] = []
  for (const failure of result.failures) stories.push(tellStory(await shrinkFailure(failure)))
  if (json) writeJson(json, { ok: isGood(result), ...result, failures: stories })
  for (const story of stories) console.log(`${story.join('\n')}\n`)
  console.log(formatSchedules(result).join('\n'))
  if (!isGood(result)) process.exitCode = 1
}

async function replay(seed: number, { json }: Omit<Options, 'seed'>): Promise<void> {
  const result = await runSchedule(seed, { keepsLines: true })
  const failure =
    result.broken.length > 0
      ? await shrinkFailure(result)
      : { seed, faultsBefore: result.injected.length, faults: result.injected, result }
  const story = tellStory(failure)
  if (json) writeJson(json, { ok: result.broken.length === 0, seed, traceHash: result.traceHash, story })
  console.log(story.join('\n'))
  console.log(
    `trace ${result.traceHash}, ${result.steps} steps, ${Math.round(result.virtualMs / 1_000)} s of virtual time`,
  )
  if (result.broken.length > 0) process.exitCode = 1
}

async function runEveryFault({ exhaustive: names, pairs, from = 1, part, workers, json }: Options): Promise<void> {
  const signal = abortOnSignal()
  const progress = startProgress()
  const results: ExhaustiveResult[] = []
  let isShown = true
  for (const useCase of Array.isArray(names) ? names.map(findUseCase) : useCases) {
    const onProgress = ({ runs }: { runs: number }) =>
      progress.show({ step: `${useCase.name}: ${useCase.description}`, detail: `${useCase.name}: ${runs} runs` })
    const options = { pairs, pairsSeed: from, signal, onProgress, ...(part && { part }) }
    const result = await runExhaustivelyInWorkers(useCase, options, workers).finally(progress.done)
    results.push(result)
    const stories = await Promise.all(
      result.failures.map((failure) => shrinkFailure(failure, { swarm: swarmOf(useCase) })),
    )
    for (const failure of stories) console.log(`${tellStory(failure).join('\n')}\n`)
    const missing = part ? [] : neverShown(useCase, result)
    isShown &&= missing.length === 0
    console.log(formatExhaustive(result, missing))
  }
  const ok = isShown && results.every(({ failures }) => failures.length === 0)
  if (json) writeJson(json, { ok, useCases: results.map(toJson) })
  if (!ok) process.exitCode = 1
}

function toJson({ useCase, failures, ...counts }: ExhaustiveResult) {
  return {
    name: useCase,
    says: findUseCase(useCase).description,
    ...counts,
    failures: failures.map(({ injected, broken }) => ({ injected, broken })),
  }
}

async function runMutants({ mutants: names, seeds, from = 1, json }: Options): Promise<void> {
  const chosen = Array.isArray(names) ? names.map(findSimulatedMutant) : simulatedMutants
  const signal = abortOnSignal()
  const progress = startProgress()
  const results: SimulatedMutantResult[] = []
  for (const mutant of chosen) {
    progress.spin(`${mutant.name}: ${mutant.description}`)
    const result = await runSimulatedMutant(mutant, { firstSeed: from, count: seeds, signal }).finally(progress.done)
    results.push(result)
    console.log(formatMutantRow(result))
  }
  const caught = results.filter(({ seed }) => seed !== undefined).length
  if (json) writeJson(json, { ok: caught === results.length, mutants: results })
  console.log(`\n${caught} of ${results.length} mutants were caught, by at most ${seeds} schedules each`)
  if (caught < results.length) process.exitCode = 1
}
