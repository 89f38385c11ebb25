import { chainBreaks, type StoredEvent } from '../../domain/event-chain.ts'
import { aggregateKey, seqKey } from '../../tables/keys.ts'
import { brokenDays, eventsUnlikeDigests } from './digest-rules.ts'
import type { Evidence, Stored } from './evidence.ts'
import type { Invariant, Violation } from './invariant.ts'

export const historyIsChained: Invariant = {
  number: 29,
  promise:
    "Each aggregate's events are one hash chain that ends in its header, and no digest has another event: no edit goes unnoticed.",
  violations(evidence) {
    const { digests = [] } = evidence
    const histories = storedHistories(evidence)
    return [
      ...brokenChains(evidence, histories),
      ...movedEvents(evidence),
      ...eventsUnlikeDigests(histories, digests),
      ...brokenDays(digests),
    ]
  },
}

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
function wasBeforeTheFirstDigest({ digests = [] }: Evidence): (event: StoredEvent) => boolean {
  const firstMs = Math.min(...digests.map(({ storedAtMs }) => storedAtMs))
  return (event) =>
    Number.isFinite(firstMs) && Date.parse(String((event as { recordedAt?: unknown }).recordedAt)) < firstMs
}

function headersOf({ tickets, users, settings, sagas }: Evidence): Stored<{ eventHash?: string | undefined }>[] {
  return [...tickets, ...users, ...settings, ...sagas]
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

/** An event that is whole, under a key that is another's. */
function movedEvents({ rows }: Evidence): Violation[] {
  return rows.Events.flatMap(({ pk, sk, tenant, aggregate, seq }) => {
    const own = aggregateKey(String(tenant), aggregate as Parameters<typeof aggregateKey>[1])
    return own === pk && seqKey(Number(seq)) === sk
      ? []
      : [{ subject: `${pk} event ${Number(sk)}`, problem: `holds event ${seq} of ${own}` }]
  })
}
