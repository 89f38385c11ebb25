import { describe, expect, it } from 'vitest'
import { Draws } from '../../proof/simulate/draws.ts'
import { runSchedule } from '../../proof/simulate/run-schedule.ts'
import { drawSwarm } from '../../proof/simulate/swarm.ts'
import { seed } from '../fixtures/sample.ts'

/** The swarm that a seed draws, with operators who hold everything. */
function heldSwarm(number: number) {
  const drawn = drawSwarm(new Draws(number).of('swarm'))
  return { ...drawn, holdsEverything: true, clockErrorMsMax: Math.min(drawn.clockErrorMsMax, 1_000) }
}

describe(`operators who hold everything in the simulation (seeds from SEED=${seed} on)`, () => {
  it('stop every call, and all goes on once they have released it', { timeout: 60_000 }, async () => {
    const counts: Record<string, number> = {}
    for (let number = seed; number < seed + 40; number++) {
      const result = await runSchedule(number, { swarm: heldSwarm(number) })
      expect(result.broken, `seed ${number}`).toEqual([])
      for (const [what, times] of Object.entries(result.counts)) counts[what] = (counts[what] ?? 0) + times
    }
    expect(counts['everything was held and released']).toBe(40)
    expect(counts['a saga met the hold on everything']).toBeGreaterThan(0)
  })
})
