import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/**
 * The hash chain of one aggregate's events (docs/adr/0033). An event's `hash` covers all of the event, `prevHash` included, which is the
 * hash of the event before it; the aggregate's header repeats the newest as `eventHash`. So an event cannot be changed, moved or removed
 * without changing every later one and the header, and the digests outside of the tables.
 *
 * A chain begins at the first event that was stored with a hash: those of earlier versions have none.
 */
export interface Chained {
  prevHash?: string | undefined
  hash?: string | undefined
}

/** The event with its place in the chain. `prevHash` is the `eventHash` of its aggregate's header, undefined where a chain begins. */
export function chainEvent<Event extends object>(event: Event, prevHash: string | undefined): Event & Chained {
  const linked = { ...event, ...(prevHash !== undefined && { prevHash }) }
  return { ...linked, hash: hashOf(linked) }
}

/** SHA-256, in hexadecimal, of the canonical form (RFC 8785) of an event without its `hash`. Throws `Error` for what JSON cannot say. */
export function hashOf({ hash: _, ...event }: object & Chained): string {
  return createHash('sha256')
    .update(canonicalize(event) ?? '')
    .digest('hex')
}

/** Where a chain is broken: `problem` is the predicate of a sentence about the event, or about the header if there is no `seq`. */
export interface Break {
  seq?: number
  problem: string
}

/** An event as it is stored: every attribute counts, also those that this version does not know. */
export type StoredEvent = Chained & { seq: number }

/**
 * Finds where an aggregate's events, ordered by `seq`, are not what was chained, or not what the header names. Whoever recomputes
 * the whole chain with its header is found by the digests only. `mayLackHash` allows an event without a hash behind one with a hash.
 */
export function chainBreaks(
  events: readonly StoredEvent[],
  header: { eventHash?: string | undefined } | undefined,
  mayLackHash: (event: StoredEvent) => boolean = () => false,
): Break[] {
  const found: Break[] = []
  let previous: StoredEvent | undefined
  let hasBegun = false
  for (const event of events) {
    const { seq, hash, prevHash } = event
    if (hash === undefined && hasBegun && !mayLackHash(event))
      found.push({
        seq,
        problem: 'has no hash, and an earlier event has one: it was changed, or a version before the chain wrote it',
      })
    if (hash !== undefined && hash !== hashOf(event))
      found.push({ seq, problem: 'is not the event that was stored: its content has another hash' })
    if (hash !== undefined && prevHash !== previous?.hash)
      found.push({
        seq,
        problem: `does not follow from ${previous ? `event ${previous.seq}` : 'nothing, as the first'}`,
      })
    hasBegun ||= hash !== undefined
    previous = event
  }
  if (header && header.eventHash !== previous?.hash)
    found.push({ problem: `names another hash than its last event, ${previous?.seq ?? 'which does not exist'}` })
  return found
}
