import { describe, expect, it } from 'vitest'
import { reportMutants } from '../../commands/mutants/report.ts'
import type { Trial } from '../../commands/mutants/trials.ts'

const simulation = { schedules: 7, invariant: 9, faults: [] }
const recorded = { 'no-key': { simulation }, 'no-outbox': {} }

const trial = (mutant: string, opponent: Trial['opponent'], outcome: Trial['outcome']) => ({
  mutant,
  opponent,
  outcome,
  kills: opponent === 'simulation' && outcome === 'caught' ? { simulation } : {},
})

const report = (names: string[], ...trials: ReturnType<typeof trial>[]) =>
  reportMutants({
    names,
    trials,
    recorded,
    checksOf: (_, kills) => (kills.simulation ? [`invariant ${kills.simulation.invariant}`] : []),
  })

describe('a run of mutants', () => {
  it('is passed when each that was tried was caught, and names those that only one check kills', () => {
    const { ok, lines } = report(['no-key'], trial('no-key', 'simulation', 'caught'))
    expect(ok).toBe(true)
    expect(lines).toEqual([
      'ONLY ONE no-key: by invariant 9',
      '',
      '1 of 1 mutants were caught, 1 of them by a single check',
    ])
  })

  it('is failed when nothing was tried, whatever the record says', () => {
    const { ok, lines } = report(['no-key'])
    expect(ok).toBe(false)
    expect(lines.at(-1)).toBe('no mutant was tried')
    expect(report([]).ok).toBe(false)
  })

  it('leaves out what is planted for nothing of it, and says so', () => {
    const { ok, lines } = report(['no-key', 'no-outbox'], trial('no-key', 'simulation', 'caught'))
    expect(ok).toBe(true)
    expect(lines).toContain('not tried, as it is planted for nothing of this run: no-outbox')
    expect(lines.at(-1)).toMatch(/^1 of 1 mutants were caught/)
  })

  it('is failed by a mutant that was not found in time, and says what the record has of it', () => {
    const { ok, lines } = report(['no-key'], trial('no-key', 'unit-tests', 'unknown'))
    expect(ok).toBe(false)
    expect(lines).toEqual([
      'UNKNOWN no-key: by the record it is killed by invariant 9',
      '',
      '0 of 1 mutants were caught, 0 of them by a single check',
    ])
  })

  it('is failed by what survives scenario or simulation, whatever else catches it, but not by what unit tests miss', () => {
    const caught = trial('no-outbox', 'simulation', 'caught')
    expect(report(['no-outbox'], caught, trial('no-outbox', 'scenarios', 'survived'))).toMatchObject({
      ok: false,
      lines: ['SURVIVED no-outbox', '', expect.stringMatching(/^0 of 1 /)],
    })
    expect(report(['no-outbox'], caught, trial('no-outbox', 'unit-tests', 'survived')).ok).toBe(true)
    expect(report(['no-outbox'], trial('no-outbox', 'unit-tests', 'survived')).ok).toBe(false)
  })
})
