import { describe, expect, it } from 'vitest'
import { eventData } from '../../domain/event.ts'
import { Coverage, neverHappened } from '../../proof/simulate/coverage.ts'
import { faultKinds } from '../../proof/simulate/faults.ts'
import { runSchedule } from '../../proof/simulate/run-schedule.ts'
import { faultsOf, findUseCase, swarmOf } from '../../proof/simulate/use-cases.ts'

/** What nobody in the simulation asks for. */
const notSimulated = [
  'ticket.corrected',
  'user.created',
  'user.preferences_changed',
  'user.mail_suppressed',
  'user.mail_suppression_lifted',
  'sla.policy_put',
]

describe('a run of a million schedules', () => {
  const missing = neverHappened({}, 1_000_000)

  it('must show every kind of fault', () => {
    expect(missing).toEqual(expect.arrayContaining([...faultKinds]))
  })

  it('must show every event that somebody in it can cause', () => {
    const events = Object.keys(eventData).filter((type) => !notSimulated.includes(type))
    expect(missing.filter((what) => what.startsWith('event ')).toSorted()).toEqual(
      events.map((type) => `event ${type}`).toSorted(),
    )
  })

  it('must show what an operator does, and how a saga and a subscriber take it', () => {
    for (const what of ['parked saga continues', 'saga runs now', 'blocked aggregate redriven'])
      expect(missing).toContain(what)
    for (const dependency of ['mail', 'scanner', 'webhook'])
      expect(missing).toContain(`a saga went on after the release of ${dependency}`)
  })

  it('lacks nothing that it has shown', () => {
    const counts = Object.fromEntries(missing.map((what) => [what, 1]))
    expect(neverHappened(counts, 1_000_000)).toEqual([])
  })
})

describe('a run of few schedules', () => {
  it('need not show what is rare', () => {
    expect(neverHappened({}, 10)).toEqual([])
    expect(neverHappened({}, 100)).toContain('RepliesReplayed')
    expect(neverHappened({}, 100)).not.toContain('event saga.resumed')
  })
})

describe('the log of a function', () => {
  it('counts only where it tells which branch was taken', () => {
    const coverage = new Coverage()
    coverage.observer.info('parked saga continues', {})
    coverage.observer.warn('blocked aggregate redriven, and it is still blocked', {})
    coverage.observer.info('message consumed', {})
    expect(coverage.counts).toEqual({
      'parked saga continues': 1,
      'blocked aggregate redriven, and it is still blocked': 1,
    })
  })
})

describe('a use case', () => {
  it.each([
    ['hold', 'a saga went on after the release of mail'],
    ['parking', 'parked saga continues'],
    ['parking', 'event resumption.requested'],
  ])('shows what it is for: %s', async (name, what) => {
    const useCase = findUseCase(name)
    const { counts, broken } = await runSchedule(1, { faults: faultsOf(useCase), swarm: swarmOf(useCase) })
    expect(broken).toEqual([])
    expect(counts[what]).toBeGreaterThan(0)
  })
})
