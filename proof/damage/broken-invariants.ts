import type { DomainEvent } from '../../domain/event.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { Evidence } from '../check/evidence.ts'
import type { Violation } from '../check/invariant.ts'
import { invariants } from '../check/invariants.ts'

/** What breaks some invariants. */
export interface BrokenInvariants {
  /** Whether the event, or its aggregate as a whole, is named by a violation of each of them. */
  includes(event: DomainEvent): boolean
  /** Violations that name no aggregate with events, such as those of rows of read models. */
  elsewhere: Violation[]
}

const subjectOfEvents = /^(TENANT#\S+)(?: event (\d+))?/

/** Finds the aggregates and events that violate these invariants. */
export function brokenInvariants(evidence: Evidence, numbers: readonly number[]): BrokenInvariants {
  const elsewhere: Violation[] = []
  const named = numbers.map((number) => {
    const found = new Map<string, Set<number> | 'all'>()
    for (const violation of invariants.find((one) => one.number === number)?.violations(evidence) ?? []) {
      const [, pk = '', seq] = subjectOfEvents.exec(violation.subject) ?? []
      const known = found.get(pk)
      if (!evidence.events.has(pk)) elsewhere.push(violation)
      else if (!seq || known === 'all') found.set(pk, 'all')
      else found.set(pk, (known ?? new Set()).add(Number(seq)))
    }
    return found
  })
  return {
    elsewhere,
    includes: ({ tenant, aggregate, seq }) =>
      named.every((found) => {
        const seqs = found.get(aggregateKey(tenant, aggregate))
        return seqs === 'all' || (seqs?.has(seq) ?? false)
      }),
  }
}
