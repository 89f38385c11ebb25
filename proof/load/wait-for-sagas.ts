import { setTimeout } from 'node:timers/promises'
import { hasEnded, parseSaga, type SagaRecord } from '../../tables/sagas.ts'
import { scanAll } from '../../tables/scan-rows.ts'
import type { Store } from '../../tables/store.ts'
import type { LoadRun } from './run-load.ts'

/**
 * After this long without progress, unfinished sagas count as stuck. Longer than the sweeper needs to send an event that the stream
 * missed: it runs once a minute and sends what is older than a minute.
 */
export const stallMsDefault = 150_000
const pollMsMin = 500

/** A saga that is parked or held waits for a person and makes no progress without one, so it counts as finished. */
const isUnfinished = (saga: SagaRecord) => !hasEnded(saga) && saga.state !== 'parked' && !saga.held

/**
 * Waits until the outbox is empty and every saga of the run's tenants has ended or is parked, or until there is no progress for `stallMs`.
 * Returns the number of unfinished sagas. Sagas of other tenants are ignored: they may wait for an upload or for an endpoint that is down.
 */
export async function waitForSagas(
  store: Store,
  { results }: Pick<LoadRun, 'results'>,
  stallMs = stallMsDefault,
): Promise<number> {
  const tenants = new Set(results.map(({ request }) => request.tenant))
  const countUnfinished = async () =>
    (await scanAll(store, 'Sagas')).map(parseSaga).filter((saga) => tenants.has(saga.tenant) && isUnfinished(saga))
      .length
  let remainingMin = Number.POSITIVE_INFINITY
  let progressAtMs = performance.now()
  while (performance.now() - progressAtMs < stallMs) {
    const readAtMs = performance.now()
    const remaining = (await scanAll(store, 'Outbox')).length + (await countUnfinished())
    if (remaining === 0) return 0
    if (remaining < remainingMin) progressAtMs = performance.now()
    remainingMin = Math.min(remainingMin, remaining)
    // A target that is slow to answer has as long for what is waited for.
    await setTimeout(Math.max(pollMsMin, performance.now() - readAtMs))
  }
  return countUnfinished()
}
