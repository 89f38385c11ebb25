import canonicalize from 'canonicalize'
import { foldSlaPolicies } from '../../domain/fold-sla-policies.ts'
import { latePlace } from '../../tables/late-comments.ts'
import type { Evidence } from './evidence.ts'
import type { Violation } from './invariant.ts'

/** Tenants whose SLA policies are not what their events say. */
export function policiesUnlikeEvents({ slaPolicies, events }: Evidence): Violation[] {
  return slaPolicies.flatMap(({ pk, value: { eventHash: _, ...stored } }): Violation[] => {
    const history = events.get(pk)
    if (!history) return []
    try {
      return canonicalize(foldSlaPolicies(history)) === canonicalize(stored)
        ? []
        : [{ subject: pk, problem: 'differs from the fold of its events' }]
    } catch (error) {
      return [{ subject: pk, problem: `has events that cannot be folded: ${(error as Error).message}` }]
    }
  })
}

/** Comments that came in later than they were written, and are not listed at that time, or whose event says another. */
export function misplacedComments({ messages, lateComments, events }: Evidence): Violation[] {
  const placeOf = (pk: string, { occurredAt = '', seq }: { occurredAt?: string | undefined; seq: number }) =>
    `${pk} ${latePlace({ occurredAt, seq })}`
  const late = messages.filter(({ value }) => value.occurredAt !== undefined)
  const expected = new Set(late.map(({ pk, value }) => placeOf(pk, value)))
  const places = new Set(lateComments.map(({ pk, value }) => placeOf(pk, value)))
  const inEvents = new Set([...events].flatMap(([pk, history]) => history.map((event) => placeOf(pk, event))))
  const notIn = (places: Set<string>, others: Set<string>, problem: string) =>
    [...places].filter((place) => !others.has(place)).map((subject) => ({ subject, problem }))
  return [
    ...notIn(expected, places, 'is where a comment that came in late should be listed'),
    ...notIn(places, expected, 'lists a comment that does not exist'),
    ...notIn(expected, inEvents, 'is when a comment was written, and its event says another time'),
  ]
}
