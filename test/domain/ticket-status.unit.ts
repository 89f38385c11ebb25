import { describe, expect, it } from 'vitest'
import { isTransitionAllowed, statuses } from '../../domain/ticket-status.ts'
import { allowedTransitions } from './ticket-status.ts'

describe('the transition table of tickets', () => {
  it.each(statuses.flatMap((from) => statuses.map((to) => [from, to] as const)))(
    'agrees with the contract on %s → %s',
    (from, to) => {
      expect(isTransitionAllowed(from, to)).toBe(allowedTransitions.has(`${from} → ${to}`))
    },
  )

  it('has no status that the contract does not name', () => {
    expect(statuses).toEqual(['open', 'in_progress', 'waiting_for_customer', 'resolved', 'closed'])
  })

  it('leads from every status to every other one', () => {
    for (const start of statuses) {
      const reached = new Set([start])
      for (const from of reached) for (const to of statuses) if (isTransitionAllowed(from, to)) reached.add(to)
      expect(reached).toEqual(new Set(statuses))
    }
  })
})
