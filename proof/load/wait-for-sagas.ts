import { setTimeout } from 'node:timers/promises'
import { hasEnded, parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { scanAll } from '../scan.ts'
import type { LoadRun } from './run-load.ts'

/**
 * After this long without any progress, what is unfinished is taken to be stuck: an event that the stream missed is sent by the
 * sweeper, which comes once a minute and takes what is older than a minute.
 */
const patienceMsUsual = 150_000
const pollMs = 500

/** A parked saga waits for a person: as far as a machine can tell, it has come to its end. */
const isUnderWay = (saga: SagaRecord) => !hasEnded(saga) && saga.state !== 'parked'

/**
 * Waits until the outbox is empty and every saga of the run's tenants has ended or is parked, or nothing moves any more. Answers how
 * many are still under way. Those of others may rightly take long: an upload that nobody makes, an endpoint that is down.
 */
export async function waitForSagas(
  store: Store,
  { played }: Pick<LoadRun, 'played'>,
  patienceMs = patienceMsUsual,
): Promise<number> {
  const tenants = new Set(played.map(({ request }) => request.tenant))
  const underWay = async () =>
    (await scanAll(store, 'Sagas')).map(parseSaga).filter((saga) => tenants.has(saga.tenant) && isUnderWay(saga)).length
  let left = Number.POSITIVE_INFINITY
  let movedAtMs = performance.now()
  while (performance.now() - movedAtMs < patienceMs) {
    const waiting = (await scanAll(store, 'Outbox')).length
    const live = await underWay()
    if (waiting + live === 0) return 0
    if (waiting + live < left) movedAtMs = performance.now()
    left = Math.min(left, waiting + live)
    await setTimeout(pollMs)
  }
  return underWay()
}
