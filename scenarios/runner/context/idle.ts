import { orderedConsumers } from '../../../proof/check/delivery.ts'
import type { Evidence } from '../../../proof/check/evidence.ts'
import { oneSagaPerPurpose } from '../../../proof/check/sagas.ts'
import { liveSagasQuery } from '../../../tables/live-sagas.ts'
import { hasEnded } from '../../../tables/sagas.ts'
import { scanAll } from '../../../tables/scan-rows.ts'
import type { Store } from '../../../tables/store.ts'

/**
 * Whether outbox rows or live sagas exist: a cheap check, so that polling does not slow the stack down. It misses work between a queue
 * and its consumer, which {@link isIdle} sees.
 */
export async function isBusy(store: Store, tenants: readonly string[]): Promise<boolean> {
  const outbox = await scanAll(store, 'Outbox')
  const live = await Promise.all(tenants.map((tenant) => store.query({ ...liveSagasQuery(tenant), limit: 1 })))
  return outbox.length > 0 || live.some(({ rows }) => rows.length > 0)
}

/**
 * Whether every event is relayed and applied by every ordered consumer, every saga that an event calls for has been started, and every
 * saga has ended.
 */
export function isIdle(stored: Evidence): boolean {
  const { outbox, events, checkpoints, sagas } = stored
  const appliedSeqs = new Map(checkpoints.map(({ pk, sk, value }) => [`${pk} ${sk}`, value.appliedSeq]))
  const allApplied = [...events].every(([pk, history]) =>
    orderedConsumers.every(
      (consumer) => (appliedSeqs.get(`${pk} CONSUMER#${consumer}`) ?? 0) >= (history.at(-1)?.seq ?? 0),
    ),
  )
  const allStarted = oneSagaPerPurpose.violations(stored).length === 0
  return outbox.length === 0 && allApplied && allStarted && sagas.every(({ value }) => hasEnded(value))
}
