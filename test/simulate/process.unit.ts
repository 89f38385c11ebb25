import { describe, expect, it } from 'vitest'
import { Draws } from '../../proof/simulate/draws.ts'
import { Faults } from '../../proof/simulate/faults.ts'
import { Simulation } from '../../proof/simulate/simulation.ts'

describe('a call that takes effect when nobody waits any more', () => {
  it('is part of the run, which ends after it', async () => {
    const list = [{ point: 'someone #1', fault: 'late effect' }] as const
    const faults = new Faults({ faults: 'listed', list })
    const simulation = new Simulation({ draws: new Draws(1), faults, latencyMsMax: 10, clockErrorMsMax: 0 })
    let hasHappened = false
    const call = {
      says: () => 'does something',
      services: [],
      allowed: ['late effect'] as const,
      effect: async () => {
        hasHappened = true
      },
      withoutAnswer: () => undefined,
    }
    await simulation.untilEnded(simulation.run('someone', (process) => process.call<void>(call)))
    expect(hasHappened).toBe(false)
    while (simulation.running > 0) await simulation.scheduler.step()
    expect(hasHappened).toBe(true)
  })
})
