import { Publisher, type RelayDeps } from '../../app/publish/publisher.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { parseOutboxEvent } from '../../tables/outbox.ts'
import type { Row } from '../../tables/store.ts'

/** Younger rows are the relay's: it usually takes well under a second, and retries for some seconds. */
export const sweptAfterMs = 60_000

/** Rows read at once: some batches for every queue, little to hold in memory. */
const pageSize = 200

export interface Sweep {
  /** Rows older than a minute. */
  stuck: number
  published: number
  left: number
  unreadable: number
  oldestAgeSeconds: number
  /** Whether the whole table was seen before the time was up. */
  complete: boolean
}

/** Publishes what the relay could not: pages through the whole table, past rows that fail, until done or `deadlineMs`. */
export async function sweepOutbox(deps: RelayDeps, deadlineMs: number): Promise<Sweep> {
  const { store, runtime, observer } = deps
  const publisher = new Publisher(deps, deadlineMs)
  const sweep: Sweep = { stuck: 0, published: 0, left: 0, unreadable: 0, oldestAgeSeconds: 0, complete: false }
  let after: Row | undefined
  do {
    const page = await store.scan({ table: 'Outbox', limit: pageSize, after })
    const stuck = stuckEvents(page.rows, deps, sweep)
    const { published, left } = await publisher.publish(stuck)
    sweep.stuck += stuck.length
    sweep.published += published
    sweep.left += left
    after = page.next
  } while (after && runtime.now() < deadlineMs)
  sweep.complete = !after
  observer.count('OutboxRowsStuck', sweep.stuck)
  observer.count('OutboxRowsLeft', sweep.left)
  observer.count('OutboxRowsUnreadable', sweep.unreadable)
  observer.seconds('OutboxOldestRowAge', sweep.oldestAgeSeconds)
  if (sweep.left > 0 || sweep.unreadable > 0 || !sweep.complete) observer.warn('swept, but not all', { ...sweep })
  else observer.info('swept', { ...sweep })
  return sweep
}

function stuckEvents(rows: readonly Row[], { runtime, observer }: RelayDeps, sweep: Sweep): DomainEvent[] {
  const nowMs = runtime.now()
  return rows.flatMap((row) => {
    try {
      const event = parseOutboxEvent(row)
      const ageMs = nowMs - Date.parse(event.recordedAt)
      if (ageMs < sweptAfterMs) return []
      sweep.oldestAgeSeconds = Math.max(sweep.oldestAgeSeconds, Math.floor(ageMs / 1000))
      return event
    } catch (cause) {
      sweep.unreadable++
      observer.error('an outbox row holds no event', { pk: row.pk, sk: row.sk, cause })
      return []
    }
  })
}
