import { loggedKeys } from '../../app/logged-aggregate.ts'
import type { Observer } from '../../app/observer.ts'
import { Publisher, type RelayDeps } from '../../app/publish/publisher.ts'
import { sweepRows } from '../../app/sweep.ts'
import { elapsedMs } from '../../domain/clock.ts'
import { minuteMs } from '../../domain/durations.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { parseOutboxEvent, wholeOutbox } from '../../tables/outbox.ts'
import type { Row } from '../../tables/store.ts'

/** Younger rows are left to the relay, which usually needs well under a second and retries for some seconds. */
export const sweptAfterMs = minuteMs

/** Rows per scan and round trip to the queues: several batches for every queue, yet little to hold in memory. */
const batchSize = 200

export interface OutboxSweep {
  /** Rows older than {@link sweptAfterMs}. */
  stuck: number
  published: number
  /** Stuck rows that are still unpublished. */
  left: number
  unreadable: number
  oldestAgeSeconds: number
  /** Whether the end of the table was reached before the deadline. If not, the next round continues. */
  complete: boolean
}

/** Publishes the events that the relay could not, in one round over the whole table. */
export async function sweepOutbox(deps: RelayDeps, deadlineMs: number): Promise<OutboxSweep> {
  const { runtime, observer } = deps
  const publisher = new Publisher(deps, deadlineMs)
  const found = { stuck: 0, published: 0, unreadable: 0, oldestAgeSeconds: 0 }
  const { failed, complete } = await sweepRows(
    deps,
    { name: 'sweep-outbox', ...wholeOutbox, limit: batchSize, batchSize },
    async (rows) => {
      const { events, unreadable, oldestAgeSeconds } = stuckEvents(rows, runtime.now(), observer)
      found.stuck += events.length
      found.unreadable += unreadable
      found.oldestAgeSeconds = Math.max(found.oldestAgeSeconds, oldestAgeSeconds)
      const { published } = await publisher.publish(events)
      found.published += published
    },
    deadlineMs,
  )
  const sweep: OutboxSweep = { ...found, left: found.stuck - found.published, complete }
  observer.count('OutboxRowsStuck', sweep.stuck)
  observer.count('OutboxRowsLeft', sweep.left)
  observer.count('OutboxRowsUnreadable', sweep.unreadable)
  observer.seconds('OutboxOldestRowAge', sweep.oldestAgeSeconds)
  if (sweep.left === 0 && sweep.unreadable === 0 && failed === 0 && complete)
    observer.info('outbox swept', { ...sweep })
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
      const ageMs = elapsedMs(event.recordedAt, nowMs)
      if (ageMs < sweptAfterMs) continue
      events.push(event)
      // A time far ahead tells no age.
      if (Number.isFinite(ageMs)) oldestAgeMs = Math.max(oldestAgeMs, ageMs)
    } catch (cause) {
      unreadable++
      observer.error('outbox row is not a valid event', { keys: loggedKeys({ pk: row.pk, sk: row.sk }), cause })
    }
  }
  return { events, unreadable, oldestAgeSeconds: Math.floor(oldestAgeMs / 1000) }
}
