import { orderedConsumers } from '../../../proof/check/delivery.ts'
import type { Evidence } from '../../../proof/check/evidence.ts'
import { oneSagaPerPurpose } from '../../../proof/check/sagas.ts'
import { scanAll } from '../../../proof/scan.ts'
import { hasEnded, liveSagasQuery } from '../../../tables/sagas.ts'
import type { Store } from '../../../tables/store.ts'

/** Whether something is under way, told from the little that is read for it. What it misses, {@link isIdle} sees. */
export async function isBusy(store: Store, tenants: readonly string[]): Promise<boolean> {
  const waiting = await scanAll(store, 'Outbox')
  const live = await Promise.all(tenants.map((tenant) => store.query({ ...liveSagasQuery(tenant), limit: 1 })))
  return waiting.length > 0 || live.some(({ rows }) => rows.length > 0)
}

/**
 * Whether every event is relayed and applied by every consumer that keeps order, and every saga has ended. Between a queue that has
 * taken an event and the saga that it starts, nothing is live: whom the event concerns tells.
 */
export function isIdle(all: Evidence): boolean {
  const { outbox, events, checkpoints, sagas } = all
  const marks = new Map(checkpoints.map(({ pk, sk, value }) => [`${pk} ${sk}`, value.appliedSeq]))
  const applied = [...events].every(([pk, history]) =>
    orderedConsumers.every((consumer) => (marks.get(`${pk} CONSUMER#${consumer}`) ?? 0) >= (history.at(-1)?.seq ?? 0)),
  )
  const isStarted = oneSagaPerPurpose.violations(all).length === 0
  return outbox.length === 0 && applied && isStarted && sagas.every(({ value }) => hasEnded(value))
}
