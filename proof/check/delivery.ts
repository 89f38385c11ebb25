import type { DomainEvent } from '../../domain/event.ts'
import { foldTicket } from '../../domain/fold-ticket.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'
import { subjectOf } from './tickets.ts'

/** Consumers that keep a mark for every aggregate; `start-saga` keeps none, its checkpoints are the sagas (invariant 19). */
export const orderedConsumers = ['project-views', 'unassign-tickets'] as const

export const everyEventIsDelivered: Invariant = {
  number: 6,
  promise: 'every event reaches every subscriber, or its aggregate is marked blocked there',
  violations({ outbox, events, checkpoints }) {
    const found: Violation[] = outbox.map(({ is }) => ({ subject: subjectOf(is), what: 'still waits in the outbox' }))
    const marks = new Map(checkpoints.map(({ pk, sk, is }) => [`${pk} ${sk}`, is]))
    for (const [pk, history] of events) {
      const last = history.at(-1)?.seq ?? 0
      for (const consumer of orderedConsumers) {
        const checkpoint = marks.get(`${pk} CONSUMER#${consumer}`)
        if (checkpoint?.blockedAt !== undefined) continue
        if ((checkpoint?.appliedSeq ?? 0) < last)
          found.push({
            subject: `${consumer} of ${pk}`,
            what: `applied ${checkpoint?.appliedSeq ?? 0} of ${last} events`,
          })
      }
    }
    return found
  },
}

export const appliedWithoutGap: Invariant = {
  number: 7,
  promise:
    'what a consumer applied of an aggregate has no gap: no mark beyond the history, and counts equal what the marks say',
  violations(evidence) {
    const { events, checkpoints, stats } = evidence
    const found: Violation[] = []
    for (const { pk, is } of checkpoints) {
      const last = events.get(pk)?.at(-1)?.seq ?? 0
      if (is.appliedSeq > last)
        found.push({ subject: `${is.consumer} of ${pk}`, what: `applied ${is.appliedSeq} events, there are ${last}` })
    }
    const expected = countsByMarks(evidence)
    const tenants = new Set([...expected.keys(), ...stats.map(({ tenant }) => tenant)])
    for (const tenant of tenants) {
      const shown = sumOfCounts(stats.filter((row) => row.tenant === tenant).map(({ is }) => is.counts))
      const wanted = sumOfCounts([expected.get(tenant) ?? {}])
      if (JSON.stringify(shown) !== JSON.stringify(wanted))
        found.push({
          subject: `stats of ${tenant}`,
          what: `show ${JSON.stringify(shown)}, applied events say ${JSON.stringify(wanted)}`,
        })
    }
    return found
  },
}

/** Tickets by status as they were at each one's mark of `project-views`. */
function countsByMarks({ events, checkpoints }: Evidence): Map<string, Record<string, number>> {
  const byTenant = new Map<string, Record<string, number>>()
  for (const { consumer, tenant, aggregate, appliedSeq } of checkpoints.map(({ is }) => is)) {
    if (consumer !== 'project-views' || aggregate.type !== 'ticket') continue
    const history = events.get(aggregateKey(tenant, aggregate)) ?? []
    const facts = foldable(history.slice(0, appliedSeq))
    if (!facts) continue
    const counts = byTenant.get(tenant) ?? {}
    counts[facts.status] = (counts[facts.status] ?? 0) + 1
    byTenant.set(tenant, counts)
  }
  return byTenant
}

function sumOfCounts(all: Record<string, number>[]): [string, number][] {
  const sum: Record<string, number> = {}
  for (const counts of all)
    for (const [status, count] of Object.entries(counts)) sum[status] = (sum[status] ?? 0) + count
  return Object.entries(sum)
    .filter(([, count]) => count !== 0)
    .toSorted()
}

/** A history that can't be folded is invariant 2's and 3's to tell; here its ticket is missing from the count. */
function foldable(history: DomainEvent[]) {
  try {
    return foldTicket(history)
  } catch {
    return undefined
  }
}
