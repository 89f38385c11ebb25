import { describe, expect, it } from 'vitest'
import { runUnitTests } from '../../commands/mutants/run-unit-tests.ts'

const { signal } = new AbortController()

describe('a mutant that unit tests are tried against', () => {
  it('is found by the tests that it fails, by name, and the run ends with the third', async () => {
    const { failed, ran } = await runUnitTests('no-request-key', { secondsMax: 60, signal })
    expect(ran).toBe('until enough failed')
    expect(Object.values(failed).flat().length).toBe(3)
    expect(failed['test/tables/commit.unit.ts']).toContain(
      'a commit > stores request key, changed rows, event and outbox row in one transaction',
    )
  })

  it('is not known, instead of not found, when the time is over', async () => {
    const result = await runUnitTests('no-request-key', { secondsMax: 0.01, signal })
    expect(result).toEqual({ failed: {}, ran: 'until time was over' })
  })

  it('is not judged when its tests cannot be run', async () => {
    const run = runUnitTests('nonsense', { secondsMax: 60, signal })
    await expect(run).rejects.toThrow('there is no mutant nonsense')
  })
})
