import { describe, expect, it } from 'vitest'
import { neverShown } from '../../proof/simulate/exhaustive.ts'
import { faultKinds } from '../../proof/simulate/faults.ts'
import { simulatedMutants } from '../../proof/simulate/mutants.ts'
import { formatSchedules } from '../../proof/simulate/report.ts'
import { mutantSchedulesMax, runSimulatedMutant } from '../../proof/simulate/run-mutants.ts'
import { shrinkFailure, tellStory } from '../../proof/simulate/story.ts'
import { swarmOf, useCases } from '../../proof/simulate/use-cases.ts'
import { runExhaustivelyInWorkers, runSchedulesInWorkers } from '../../proof/simulate/workers.ts'
import { runsEveryCase, sample, seed } from '../fixtures/sample.ts'

const minuteMs = 60_000
const scheduleCount = runsEveryCase ? 100_000 : 20_000
const pairsMax = runsEveryCase ? 20_000 : 20
/** Every machine has so many cores. */
const workers = 2
const mutantCount = runsEveryCase ? simulatedMutants.length : 3

describe(`the simulation (seeds from SEED=${seed} on)`, () => {
  it(`holds every invariant in ${scheduleCount} schedules, in which everything happens that must`, {
    timeout: 60 * minuteMs,
  }, async ({ task }) => {
    const result = await runSchedulesInWorkers({ firstSeed: seed, count: scheduleCount, failuresMax: 1 }, workers)
    for (const failure of result.failures) expect.fail(tellStory(await shrinkFailure(failure)).join('\n'))
    console.log(formatSchedules(result).join('\n'))
    expect(result.missing).toEqual([])
    const { schedules, steps, counts } = result
    const faults = faultKinds.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0)
    task.meta.counts = { schedules, steps, 'faults injected': faults }
  })

  it.for(useCases)(
    'holds every invariant with every fault at every point of: $name',
    { timeout: 60 * minuteMs },
    async (useCase, { task }) => {
      const options = { pairs: pairsMax, pairsSeed: seed, failuresMax: 1 }
      const result = await runExhaustivelyInWorkers(useCase, options, workers)
      const { failures, singles, pairs } = result
      for (const failure of failures)
        expect.fail(tellStory(await shrinkFailure(failure, { swarm: swarmOf(useCase) })).join('\n'))
      expect(neverShown(useCase, result)).toEqual([])
      expect(singles).toBeGreaterThan(100)
      task.meta.counts = { 'faults, each alone': singles, 'pairs of faults': pairs }
    },
  )

  // Each takes one core, and some a hundred times as long as others.
  it.concurrent.for(sample(simulatedMutants, mutantCount))(
    'finds the planted mistake: $name',
    { timeout: 10 * minuteMs },
    async (mutant, { task, expect }) => {
      const { seed: found } = await runSimulatedMutant(mutant, { firstSeed: 1, count: mutantSchedulesMax })
      expect(found).toBeDefined()
      task.meta.counts = { 'mutants found': 1 }
    },
  )
})
