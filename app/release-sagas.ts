import type { DomainEvent } from '../domain/event.ts'
import { heldBy } from '../domain/hold.ts'
import { liveSagaRow, liveSagasQuery } from '../tables/live-sagas.ts'
import { readRow } from '../tables/read-row.ts'
import { Retries } from '../tables/retries.ts'
import type { SagaRecord } from '../tables/sagas.ts'
import { requireSnapshot } from '../tables/snapshot.ts'
import { holdsInForce } from '../tables/stack-hold.ts'
import type { Row } from '../tables/store.ts'
import type { Observer } from './observer.ts'
import type { SagaRecoveryDeps } from './saga-recovery.ts'

/** Keeps all that waited for a service from hitting it at once when it has just come back. Above SES's usual 14 mails per second. */
export const releasesPerSecondMax = 20

/** Few, as each page begins with a look at the hold. */
export const releasePage = 25

type ReleaseDeps = Pick<SagaRecoveryDeps, 'store' | 'runtime' | 'callbacks'>

/**
 * Lets the sagas of a tenant go on that wait for a dependency, the oldest first, until the deadline (epoch milliseconds). What is left
 * then, or began to wait too late to be found here, is for `reconcile-sagas`. A token that was used already does nothing, so this may run
 * twice; a hold that was put anew ends it, and a saga that was released by then waits again before its call.
 */
export async function releaseSagas(
  deps: ReleaseDeps & { observer: Observer },
  { tenant, data: { dependency }, correlationId }: DomainEvent & { type: 'settings.hold_released' },
  deadlineMs: number,
): Promise<void> {
  const { store, runtime, observer } = deps
  let released = 0
  let after: Row | undefined
  do {
    if (await isStillHeld(deps, tenant, dependency)) break
    const page = await store.query({ ...liveSagasQuery(tenant), descending: false, limit: releasePage, after })
    for (const row of page.rows) {
      if (runtime.now() >= deadlineMs) break
      const saga = await readRow(store, liveSagaRow(row))
      if (saga?.held?.dependency === dependency && (await releaseSaga(deps, saga))) released++
    }
    after = page.next
  } while (after && runtime.now() < deadlineMs)
  observer.info('sagas released that waited for a hold', { tenant, dependency, released, correlationId })
}

/** Calls the saga's execution back, and waits as long as the rate demands. Returns false where no execution waits on its token. */
export async function releaseSaga({ runtime, callbacks }: ReleaseDeps, { held }: SagaRecord): Promise<boolean> {
  if (!held || (await callbacks.succeed(held.token)) !== 'delivered') return false
  await runtime.sleep(1_000 / releasesPerSecondMax)
  return true
}

/**
 * Whether the tenant holds the dependency now, or everything is held. In a snapshot: a release can arrive while its
 * transaction is still being applied.
 */
export async function isStillHeld(
  { store, runtime }: Pick<ReleaseDeps, 'store' | 'runtime'>,
  tenant: string,
  dependency: string,
): Promise<boolean> {
  return heldBy(dependency, await requireSnapshot(store, new Retries(runtime), holdsInForce(tenant))) !== undefined
}
