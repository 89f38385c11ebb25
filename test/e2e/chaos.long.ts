import { describe, it } from 'vitest'
import { startTemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { integerBetween, randomFrom } from '../../proof/random.ts'
import { runsEveryCase, seed } from '../fixtures/sample.ts'
import { expectChaosRun } from './chaos-run.ts'

const random = randomFrom(seed)
const chaosSeeds = Array.from({ length: runsEveryCase ? 12 : 3 }, () => integerBetween(random, 1, 999_999))

// A run mostly waits for sweepers and redeliveries, so several run beside each other.
describe.concurrent(`load runs under chaos (SEED=${seed})`, () => {
  it.each(chaosSeeds)(
    'hold every promise, report each planned fault, and leave no fault behind: %i',
    async (chaosSeed) => {
      const stack = await startTemporaryStack()
      try {
        await expectChaosRun(stack, { seed: chaosSeed })
      } finally {
        await stack.stop()
      }
    },
    600_000,
  )
})
