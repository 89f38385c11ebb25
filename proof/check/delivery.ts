import canonicalize from 'canonicalize'
import type { DomainEvent } from '../../domain/event.ts'
import { foldTicket } from '../../domain/fold-ticket.ts'
import { generationsOf } from '../../domain/view-catalog.ts'
import { aggregateKey } from '../../tables/keys.ts'
import { isCatalog, parseCatalog } from '../../tables/view-catalog.ts'
import { isOfGenerations } from '../../tables/views.ts'
import type { Evidence } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'
import { formatEvent } from './tickets.ts'

/**
 * The consumers with a checkpoint per aggregate. `start-saga` has one only of what it failed with: the `Sagas`
 * rows tell the rest (invariant 19).
 */
export const orderedConsumers = ['project-views', 'unassign-tickets'] as const

export const everyEventIsDelivered: Invariant = {
  number: 6,
  promise: 'Every event reaches every subscriber, or its aggregate is marked as blocked there.',
  violations({ outbox, events, checkpoints }) {
    const found: Violation[] = outbox.map(({ value: event }) => ({
      subject: formatEvent(event),
      problem: 'is still in the outbox',
    }))
    const checkpointsByKey = new Map(checkpoints.map(({ pk, sk, value }) => [`${pk} ${sk}`, value]))
    for (const [pk, history] of events) {
      const lastSeq = history.at(-1)?.seq ?? 0
      for (const consumer of orderedConsumers) {
        const checkpoint = checkpointsByKey.get(`${pk} CONSUMER#${consumer}`)
        if (checkpoint?.blockedAt !== undefined) continue
        const appliedSeq = checkpoint?.appliedSeq ?? 0
        if (appliedSeq < lastSeq)
          found.push({
            subject: `${consumer} of ${pk}`,
            problem: `has applied events up to ${appliedSeq}, but the last event is ${lastSeq}`,
          })
      }
    }
    return found
  },
}

export const consumersApplyWithoutGaps: Invariant = {
  number: 7,
  promise:
    'A consumer applies the events of an aggregate without a gap, and its read model equals what its checkpoints say it applied.',
  violations(evidence) {
    return [...checkpointsPastTheHistory(evidence), ...wrongStats(evidence)]
  },
}

function checkpointsPastTheHistory({ events, checkpoints }: Evidence): Violation[] {
  return checkpoints.flatMap(({ pk, value: { consumer, appliedSeq } }) => {
    const lastSeq = events.get(pk)?.at(-1)?.seq ?? 0
    return appliedSeq > lastSeq
      ? [
          {
            subject: `${consumer} of ${pk}`,
            problem: `claims to have applied events up to ${appliedSeq}, but the last event is ${lastSeq}`,
          },
        ]
      : []
  })
}

function wrongStats(evidence: Evidence): Violation[] {
  const expectedByTenant = countsAtCheckpoints(evidence)
  const catalog = evidence.rows.Views.find(isCatalog)
  const { live } = generationsOf(catalog ? parseCatalog(catalog).catalog : {}, 'stats')
  const read = evidence.stats.filter((row) => isOfGenerations({ pk: row.pk }, [{ view: 'stats', generation: live }]))
  const tenants = new Set([...expectedByTenant.keys(), ...read.map(({ tenant }) => tenant)])
  return [...tenants].flatMap((tenant) => {
    const shards = read.filter((row) => row.tenant === tenant).map(({ value }) => value.counts)
    const stored = canonicalize(sumCounts(shards))
    const expected = canonicalize(sumCounts([expectedByTenant.get(tenant) ?? {}]))
    return stored === expected
      ? []
      : [{ subject: `the stats of ${tenant}`, problem: `are ${stored}, but the applied events add up to ${expected}` }]
  })
}

/** Each tenant's tickets by status, every ticket as of the checkpoint that `project-views` has for it. */
function countsAtCheckpoints({ events, checkpoints }: Evidence): Map<string, Record<string, number>> {
  const byTenant = new Map<string, Record<string, number>>()
  for (const { consumer, tenant, aggregate, appliedSeq } of checkpoints.map(({ value }) => value)) {
    if (consumer !== 'project-views' || aggregate.type !== 'ticket') continue
    const history = events.get(aggregateKey(tenant, aggregate)) ?? []
    const facts = foldIfPossible(history.slice(0, appliedSeq))
    if (!facts) continue
    const counts = byTenant.get(tenant) ?? {}
    counts[facts.status] = (counts[facts.status] ?? 0) + 1
    byTenant.set(tenant, counts)
  }
  return byTenant
}

/** Counts of zero are left out: a shard keeps one when the last ticket of a status leaves it. */
function sumCounts(shards: Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {}
  for (const counts of shards)
    for (const [status, count] of Object.entries(counts)) sum[status] = (sum[status] ?? 0) + count
  return Object.fromEntries(Object.entries(sum).filter(([, count]) => count !== 0))
}

/** Undefined for a history that can't be folded: invariants 2 and 3 report it, and its ticket is not counted here. */
function foldIfPossible(history: DomainEvent[]) {
  try {
    return foldTicket(history)
  } catch {
    return undefined
  }
}
