import { setTimeout } from 'node:timers/promises'
import { hasEnded, type SagaRecord, sagaOf } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { scanAll } from '../scan.ts'

/**
 * After this long without any progress, what is unfinished is taken to be stuck: an event that the stream missed is sent by the
 * sweeper, which comes once a minute and takes what is older than a minute.
 */
const patienceMs = 150_000
const pollMs = 500

/** A parked saga waits for a person: as far as a machine can tell, it has come to its end. */
const isUnderWay = (saga: SagaRecord) => !hasEnded(saga) && saga.state !== 'parked'

/** Waits until the outbox is empty and every saga has ended or is parked, or nothing moves any more. Answers how many are still under way. */
export async function settledSagas(store: Store): Promise<number> {
  let left = Number.POSITIVE_INFINITY
  let movedAtMs = performance.now()
  while (performance.now() - movedAtMs < patienceMs) {
    const waiting = (await scanAll(store, 'Outbox')).length
    const live = (await scanAll(store, 'Sagas')).map(sagaOf).filter(isUnderWay).length
    if (waiting + live === 0) return 0
    if (waiting + live < left) movedAtMs = performance.now()
    left = Math.min(left, waiting + live)
    await setTimeout(pollMs)
  }
  return (await scanAll(store, 'Sagas')).map(sagaOf).filter(isUnderWay).length
}
