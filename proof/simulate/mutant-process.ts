import { findSimulatedMutant } from './mutants.ts'
import { plantMutant } from './plant-mutant.ts'

/** The program of one mutant: simulates with it until something breaks, and prints the outcome as JSON. */
const [name = '', firstSeed, count] = process.argv.slice(2)
plantMutant(findSimulatedMutant(name))

// Only now: a file that is loaded before has no mistake in it.
const { runSchedules } = await import('./run-schedules.ts')
const { shrinkFailure } = await import('./story.ts')

const { schedules, failures } = await runSchedules({
  firstSeed: Number(firstSeed),
  count: Number(count),
  failuresMax: 1,
})
const [failure] = failures
const shrunk = failure && (await shrinkFailure(failure))
const { broken = [] } = shrunk?.result ?? {}
console.log(JSON.stringify({ schedules, seed: failure?.seed, faults: shrunk?.faults, broken: broken.slice(0, 3) }))
