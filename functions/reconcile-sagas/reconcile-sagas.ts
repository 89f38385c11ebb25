import type { Observer } from '../../app/observer.ts'
import { isStillHeld, releaseSaga } from '../../app/release-sagas.ts'
import type { SagaRecoveryDeps } from '../../app/saga-recovery.ts'
import { sweepRows } from '../../app/sweep.ts'
import { elapsedMs } from '../../domain/clock.ts'
import { ensureExecution } from '../../sagas/ensure-execution.ts'
import { everyLiveSaga, liveSagaRow } from '../../tables/live-sagas.ts'
import { readRow } from '../../tables/read-row.ts'
import { hasEnded, type SagaRecord } from '../../tables/sagas.ts'
import type { Row } from '../../tables/store.ts'

/**
 * A saga that progressed more recently most likely has an execution, so asking Step Functions, which answers some 15 requests a
 * second, would be a waste. Nothing else depends on this time: whether an execution runs is always asked, never guessed.
 */
export const quietAfterMs = 10_000

const pageSize = 100

export type ReconcileSagasDeps = SagaRecoveryDeps & { observer: Observer }

export interface SagasReconciled {
  /** Live sagas without recent progress, whose execution was looked up. */
  asked: number
  /** Sagas whose first execution was started. */
  started: number
  /** Sagas whose execution was lost and that continue as the next generation. */
  nextGenerations: number
  /** Resumed sagas that had not continued and were woken again. */
  woken: number
  /** Sagas that went on, as what they waited for is not held. */
  released: number
  /** Sagas that wait for a release. */
  held: number
  /** Sagas that were newly parked, as their definition is no longer deployed. */
  parked: number
  /** The longest time since a saga ended that the index of live sagas still had. */
  indexLagMs: number
  failed: number
  /** Whether the last live saga was looked at before the deadline. If not, the next round continues. */
  complete: boolean
}

/**
 * Gives every live saga a running execution, and wakes sagas that were resumed or released and did not continue. One round over the sparse
 * index of live sagas.
 */
export async function reconcileSagas(deps: ReconcileSagasDeps, deadlineMs: number): Promise<SagasReconciled> {
  const { observer } = deps
  const counts = { asked: 0, started: 0, nextGenerations: 0, woken: 0, released: 0, held: 0, parked: 0, indexLagMs: 0 }
  const isHeld = holdReader(deps)
  const round = await sweepRows(
    deps,
    { name: 'reconcile-sagas', ...everyLiveSaga, limit: pageSize },
    async ([row]) => {
      if (row) await reconcileSaga(deps, row, { counts, isHeld })
    },
    deadlineMs,
  )
  const result = { ...counts, ...round }
  observer.count('SagasStarted', counts.started)
  observer.count('SagaGenerationsStarted', counts.nextGenerations)
  observer.count('SagasWoken', counts.woken)
  observer.count('SagasHeld', counts.held)
  observer.count('SagasParked', counts.parked)
  observer.count('SagasNotReconciled', result.failed)
  observer.seconds('SagaIndexLag', counts.indexLagMs / 1000)
  if (result.failed > 0 || !result.complete) observer.warn('sagas reconciled, but not all', result)
  else observer.info('sagas reconciled', result)
  return result
}

async function reconcileSaga(
  deps: SagaRecoveryDeps,
  indexRow: Row,
  { counts, isHeld }: { counts: Omit<SagasReconciled, 'failed' | 'complete'>; isHeld: IsHeld },
): Promise<void> {
  const { store, runtime, callbacks, deployedMachine } = deps
  const saga = await readRow(store, liveSagaRow(indexRow))
  if (saga) counts.indexLagMs = Math.max(counts.indexLagMs, indexLagMs(saga, runtime.now()))
  if (!saga || hasEnded(saga) || !isQuiet(saga, runtime.now())) return
  // Thousands may wait for hours: they are not asked about before they are to go on.
  if (saga.held && (await isHeld(saga.tenant, saga.held.dependency))) {
    counts.held++
    return
  }
  if (await releaseSaga(deps, saga)) {
    counts.released++
    return
  }
  counts.asked++
  const outcome = await ensureExecution(deps, saga, deployedMachine(saga))
  if (outcome === 'started') counts.started++
  if (outcome === 'next-generation') counts.nextGenerations++
  if (outcome === 'parked' && saga.state !== 'parked') counts.parked++
  const token = saga.resumption && saga.parking?.token
  if (outcome === 'running' && token !== undefined && (await callbacks.succeed(token)) === 'delivered') counts.woken++
}

type IsHeld = (tenant: string, dependency: string) => Promise<boolean>

/** So many sagas may wait for one hold that a round looks at it once in this time. One that was released meanwhile is late by a round. */
const holdAgeMsMax = 5_000

function holdReader(deps: SagaRecoveryDeps): IsHeld {
  const heldAtMs = new Map<string, number>()
  return async (tenant, dependency) => {
    const key = JSON.stringify([tenant, dependency])
    const knownAtMs = heldAtMs.get(key) ?? Number.NEGATIVE_INFINITY
    if (deps.runtime.now() - knownAtMs < holdAgeMsMax) return true
    heldAtMs.delete(key)
    const isHeld = await isStillHeld(deps, tenant, dependency)
    if (isHeld) heldAtMs.set(key, deps.runtime.now())
    return isHeld
  }
}

/** 0 while the index is right, and when a broken clock leaves the lag unknown: it had a saga that has ended since. */
function indexLagMs(saga: SagaRecord, nowMs: number): number {
  if (!hasEnded(saga) || saga.touchedAt === undefined) return 0
  const lagMs = elapsedMs(saga.touchedAt, nowMs)
  return Number.isFinite(lagMs) ? lagMs : 0
}

function isQuiet({ touchedAt, startedAt }: SagaRecord, nowMs: number): boolean {
  return elapsedMs(touchedAt ?? startedAt, nowMs) >= quietAfterMs
}
