import type { Observer } from '../../app/observer.ts'
import { Publisher, type RelayDeps } from '../../app/publish/publisher.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { parseOutboxEvent } from '../../tables/outbox.ts'
import type { Row } from '../../tables/store.ts'

/** Younger rows are left to the relay, which usually needs well under a second and retries for some seconds. */
export const sweptAfterMs = 60_000

/** Rows per scan: several batches for every queue, yet little to hold in memory. */
const pageSize = 200

export interface OutboxSweep {
  /** Rows older than {@link sweptAfterMs}. */
  stuck: number
  published: number
  /** Stuck rows that are still unpublished. */
  left: number
  unreadable: number
  oldestAgeSeconds: number
  /** Whether the whole table was scanned before the deadline. */
  complete: boolean
}

/** Publishes the events that the relay could not. Scans the whole table; a failing row does not stop it, the deadline does. */
export async function sweepOutbox(deps: RelayDeps, deadlineMs: number): Promise<OutboxSweep> {
  const { store, runtime, observer } = deps
  const publisher = new Publisher(deps, deadlineMs)
  const sweep: OutboxSweep = { stuck: 0, published: 0, left: 0, unreadable: 0, oldestAgeSeconds: 0, complete: false }
  let after: Row | undefined
  do {
    const page = await store.scan({ table: 'Outbox', limit: pageSize, after })
    const { events, unreadable, oldestAgeSeconds } = stuckEvents(page.rows, runtime.now(), observer)
    const { published, left } = await publisher.publish(events)
    sweep.stuck += events.length
    sweep.published += published
    sweep.left += left
    sweep.unreadable += unreadable
    sweep.oldestAgeSeconds = Math.max(sweep.oldestAgeSeconds, oldestAgeSeconds)
    after = page.next
  } while (after && runtime.now() < deadlineMs)
  sweep.complete = !after
  observer.count('OutboxRowsStuck', sweep.stuck)
  observer.count('OutboxRowsLeft', sweep.left)
  observer.count('OutboxRowsUnreadable', sweep.unreadable)
  observer.seconds('OutboxOldestRowAge', sweep.oldestAgeSeconds)
  if (sweep.left === 0 && sweep.unreadable === 0 && sweep.complete) observer.info('outbox swept', { ...sweep })
  else observer.warn('outbox swept, but not all', { ...sweep })
  return sweep
}

function stuckEvents(
  rows: readonly Row[],
  nowMs: number,
  observer: Observer,
): { events: DomainEvent[]; unreadable: number; oldestAgeSeconds: number } {
  const events: DomainEvent[] = []
  let unreadable = 0
  let oldestAgeMs = 0
  for (const row of rows) {
    try {
      const event = parseOutboxEvent(row)
      const ageMs = nowMs - Date.parse(event.recordedAt)
      if (ageMs < sweptAfterMs) continue
      events.push(event)
      oldestAgeMs = Math.max(oldestAgeMs, ageMs)
    } catch (cause) {
      unreadable++
      observer.error('outbox row is not a valid event', { pk: row.pk, sk: row.sk, cause })
    }
  }
  return { events, unreadable, oldestAgeSeconds: Math.floor(oldestAgeMs / 1000) }
}
