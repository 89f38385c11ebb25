import { describe, expect, it } from 'vitest'
import { startTemporaryStack } from '../../commands/stack/temporary-stack.ts'
import { integerBetween, randomFrom } from '../../proof/random.ts'
import { runsEveryCase, seed } from '../fixtures/sample.ts'
import { expectChaosRun } from './chaos-run.ts'

const random = randomFrom(seed)
const chaosSeeds = Array.from({ length: runsEveryCase ? 12 : 3 }, () => integerBetween(random, 1, 999_999))

/** So many of the twelve kinds must strike; a seed of three runs plans some of them only, and some meet no call in their time. */
const kindsMin = runsEveryCase ? 10 : 6
const ofKind = new Map<string, number>()

// A run mostly waits for sweepers and redeliveries, so several run beside each other.
describe.concurrent(`load runs under chaos (SEED=${seed})`, () => {
  it.for(chaosSeeds)(
    'hold every promise, report each planned fault, and leave no fault behind: %i',
    { timeout: 600_000 },
    async (chaosSeed, { task }) => {
      const stack = await startTemporaryStack()
      try {
        const { requests, struck } = await expectChaosRun(stack, { seed: chaosSeed })
        const times = Object.values(struck).reduce((sum, count) => sum + count, 0)
        task.meta.counts = { requests, 'faults injected': times }
        for (const [kind, count] of Object.entries(struck)) ofKind.set(kind, (ofKind.get(kind) ?? 0) + count)
      } finally {
        await stack.stop()
      }
    },
  )
})

describe('all of them together', () => {
  it('inject most kinds of faults, and say how often each', () => {
    console.log([...ofKind].map(([kind, count]) => `${kind} ${count}`).join(', '))
    expect([...ofKind.values()].filter((count) => count > 0).length).toBeGreaterThanOrEqual(kindsMin)
  })
})
