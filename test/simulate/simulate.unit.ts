import { describe, expect, it } from 'vitest'
import { faultKinds } from '../../proof/simulate/faults.ts'
import { runSchedule } from '../../proof/simulate/run-schedule.ts'
import { runSchedules } from '../../proof/simulate/run-schedules.ts'
import { shrink } from '../../proof/simulate/shrink.ts'
import { shrinkFailure, tellStory } from '../../proof/simulate/story.ts'
import { runSchedulesInWorkers } from '../../proof/simulate/workers.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Write } from '../../tables/store.ts'
import { seed } from '../fixtures/sample.ts'

/** Little enough for every test run; `npm run test:long -- simulate` runs 20,000. */
const scheduleCount = 40

describe(`the simulation (seeds from SEED=${seed} on)`, () => {
  it('finds every invariant held after every step of every schedule, and every run at its end', async () => {
    const { failures, schedules } = await runSchedules({ firstSeed: seed, count: scheduleCount, failuresMax: 1 })
    for (const failure of failures) expect.fail(tellStory(await shrinkFailure(failure)).join('\n'))
    expect(schedules).toBe(scheduleCount)
  })

  it('happens in the same way for the same seed, and in another for another', async () => {
    const [first, second, other] = [await runSchedule(seed), await runSchedule(seed), await runSchedule(seed + 1)]
    expect(second).toEqual(first)
    expect(other.traceHash).not.toBe(first.traceHash)
  })

  it('happens in the same way whether one process runs it or several', { timeout: 60_000 }, async () => {
    const options = { firstSeed: seed, count: 7 }
    const [one, several] = [await runSchedules(options), await runSchedulesInWorkers(options, 2)]
    expect({ ...several, cpuSeconds: 0 }).toEqual({ ...one, cpuSeconds: 0 })
  })

  it('happens in the same way when its faults are listed instead of drawn', async () => {
    const drawn = await withFaults()
    const listed = await runSchedule(drawn.seed, { faults: drawn.injected })
    expect(listed.traceHash).toBe(drawn.traceHash)
  })

  it('finds a bug, shrinks it to the faults that it needs, and tells its story', async () => {
    const failure = await firstFailure()
    const shrunk = await shrinkFailure(failure, { createStore: () => new ForgetfulStore() })
    const story = tellStory(shrunk).join('\n')
    expect(story).toMatch(/^seed \d+ breaks with (no fault|one fault|\d+ faults)/)
    expect(story).toMatch(/invariant (8|9|10) is broken: (acme|globex)#REQUEST#/)
    // No fault can be left out.
    for (const fault of shrunk.faults) {
      const fewer = shrunk.faults.filter((other) => other !== fault)
      const { broken } = await runSchedule(shrunk.seed, { faults: fewer, createStore: () => new ForgetfulStore() })
      expect(broken.map(({ number }) => number)).not.toContain(shrunk.result.broken[0]?.number)
    }
  })
})

describe('a list of faults', () => {
  it('shrinks to the fewest that still fail together', async () => {
    const all = Array.from({ length: 60 }, (_, index) => index)
    const fails = async (part: readonly number[]) => part.includes(7) && part.includes(41) && part.includes(42)
    expect(await shrink(all, fails)).toEqual([7, 41, 42])
  })

  it('shrinks to nothing when nothing is needed', async () => {
    expect(await shrink([1, 2, 3], async () => true)).toEqual([])
  })
})

/** A database that forgets the condition on request keys: of two requests with one key, both are committed. */
class ForgetfulStore extends MemoryStore {
  override transactWrite(writes: readonly Write[], token: string) {
    const forgotten = writes.map((write): Write => {
      if (write.table !== 'RequestKeys' || write.kind !== 'put') return write
      const { when: _, ...unconditional } = write
      return unconditional
    })
    return super.transactWrite(forgotten, token)
  }
}

async function firstFailure() {
  for (let number = seed; number < seed + 500; number++) {
    const result = await runSchedule(number, { createStore: () => new ForgetfulStore() })
    if (result.broken.length > 0) return result
  }
  throw new Error('500 schedules did not find the bug')
}

/** A run in which at least three faults happened. */
async function withFaults() {
  for (let number = seed; number < seed + 500; number++) {
    const result = await runSchedule(number)
    if (result.injected.length >= 3) return result
  }
  throw new Error(`in 500 schedules ${faultKinds.length} kinds of faults hardly ever happened`)
}
