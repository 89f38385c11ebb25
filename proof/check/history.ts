import type { DomainEvent } from '../../domain/event.ts'
import { chainBreaks, type StoredEvent } from '../../domain/event-chain.ts'
import { aggregateKey, seqKey } from '../../tables/keys.ts'
import { brokenDays, eventsUnlikeDigests, eventsWithoutDigest } from './digest-rules.ts'
import type { Evidence, Stored } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'

export const historyIsChained: Invariant = {
  number: 29,
  promise:
    "Each aggregate's events are one hash chain that ends in its header, and each confirmed one is in the digests as it is: no edit goes unnoticed.",
  violations(evidence) {
    const kept = evidence.digests?.kept ?? []
    const histories = storedHistories(evidence)
    return [
      ...brokenChains(evidence, histories),
      ...movedEvents(evidence),
      ...eventsUnlikeDigests(histories, kept, evidence.isElsewhere),
      ...brokenDays(kept),
      ...undigestedEvents(evidence),
      ...evidence.damagedArchives,
    ]
  },
}

const dayMs = 86_400_000

/** Over rows as they are stored: an attribute that this version does not know is part of its event too. */
function brokenChains(evidence: Evidence, histories: Map<string, StoredEvent[]>): Violation[] {
  const headers = new Map(headersOf(evidence).map(({ pk, value }) => [pk, value]))
  const mayLackHash = wasBeforeTheFirstDigest(evidence)
  return [...histories].flatMap(([pk, events]) =>
    chainBreaks(events, headers.get(pk), mayLackHash).map(({ seq, problem }) => ({
      subject: seq === undefined ? pk : `${pk} event ${seq}`,
      problem,
    })),
  )
}

/** While the deployment that brought the chain went on, functions before it still wrote events without a hash. */
function wasBeforeTheFirstDigest({ digests }: Evidence): (event: StoredEvent) => boolean {
  const firstMs = Math.min(...(digests?.kept ?? []).map(({ storedAtMs }) => storedAtMs))
  return (event) =>
    Number.isFinite(firstMs) && Date.parse(String((event as { recordedAt?: unknown }).recordedAt)) < firstMs
}

function headersOf(evidence: Evidence): Stored<{ eventHash?: string | undefined }>[] {
  const { tickets, users, settings, sagas, slaPolicies, resumptions, redrives } = evidence
  return [...tickets, ...users, ...settings, ...sagas, ...slaPolicies, ...resumptions, ...redrives]
}

/** Each aggregate's events by partition key, in order, without their keys. */
function storedHistories({ rows }: Evidence): Map<string, StoredEvent[]> {
  const ordered = rows.Events.toSorted((a, b) => (String(a.sk) < String(b.sk) ? -1 : 1))
  const histories = Map.groupBy(ordered, ({ pk }) => String(pk))
  const withoutKeys = (row: (typeof ordered)[0]) => {
    const { pk: _, sk: __, ...event } = row
    return event as unknown as StoredEvent
  }
  return new Map([...histories].map(([pk, events]) => [pk, events.map(withoutKeys)]))
}

/**
 * Events that neither wait for a digest nor are in one, although it would still be locked: the digest was removed, or the event was taken
 * away from those that wait.
 */
function undigestedEvents({ digests, events, outbox, unconfirmed, readAtMs }: Evidence): Violation[] {
  if (!digests) return []
  const waiting = new Set([...outbox, ...unconfirmed].map(({ value }) => `${toPk(value)} ${value.seq}`))
  const since = new Date(readAtMs - digests.lockedDays * dayMs).toISOString()
  const isExpected = (event: DomainEvent) => event.recordedAt > since && !waiting.has(`${toPk(event)} ${event.seq}`)
  const expected = [...events.values()].flat().filter(isExpected)
  return eventsWithoutDigest(
    expected.map((event) => ({ ...event, pk: toPk(event) })),
    digests.kept,
  )
}

const toPk = ({ tenant, aggregate }: Pick<DomainEvent, 'tenant' | 'aggregate'>) => aggregateKey(tenant, aggregate)

/** An event that is whole, under a key that is another's. */
function movedEvents({ rows }: Evidence): Violation[] {
  return rows.Events.flatMap(({ pk, sk, tenant, aggregate, seq }) => {
    const own = aggregateKey(String(tenant), aggregate as Parameters<typeof aggregateKey>[1])
    return own === pk && seqKey(Number(seq)) === sk
      ? []
      : [{ subject: `${pk} event ${Number(sk)}`, problem: `holds event ${seq} of ${own}` }]
  })
}
