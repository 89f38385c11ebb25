import type { Observer } from '../../app/observer.ts'
import type { SagaRecoveryDeps } from '../../app/saga-machines.ts'
import { ensureExecution } from '../../sagas/ensure-execution.ts'
import { readRow } from '../../tables/read-row.ts'
import { everyLiveSaga, hasEnded, parseSaga, type SagaRecord, sagaRow } from '../../tables/sagas.ts'
import type { Row } from '../../tables/store.ts'

/**
 * A saga that moved within this time has an execution, most likely: not worth a question, of which Step Functions answers some 15 a
 * second. That is all it is for, as the execution is asked for and not guessed from the time.
 */
export const quietAfterMs = 10_000

const pageSize = 100

export interface SagasReconciled {
  /** Live and quiet: their execution was asked for. */
  asked: number
  started: number
  nextGenerations: number
  /** Resumed, and woken once more. */
  woken: number
  /** Newly parked, as their definition is not deployed any more. */
  parked: number
  failed: number
  /** Whether all live sagas were seen before the time was up. */
  complete: boolean
}

/**
 * Finds live sagas without a running execution, and lets them go on; and wakes those again that were resumed and did not go on. Looks
 * through the sparse index of what is live, past failures, until done or `deadlineMs`.
 */
export async function reconcileSagas(
  { observer, ...deps }: SagaRecoveryDeps & { observer: Observer },
  deadlineMs: number,
): Promise<SagasReconciled> {
  const { store, runtime } = deps
  const done: SagasReconciled = {
    asked: 0,
    started: 0,
    nextGenerations: 0,
    woken: 0,
    parked: 0,
    failed: 0,
    complete: false,
  }
  let after: Row | undefined
  let isInTime = true
  do {
    const page = await store.scan({ ...everyLiveSaga, limit: pageSize, after })
    for (const row of page.rows) {
      isInTime = runtime.now() < deadlineMs
      if (!isInTime) break
      try {
        await keepAlive(deps, row, done)
      } catch (cause) {
        done.failed++
        observer.error('a saga could not be reconciled', { pk: row.pk, cause })
      }
    }
    after = page.next
  } while (after && isInTime)
  done.complete = isInTime
  observer.count('SagasStarted', done.started)
  observer.count('SagaGenerationsStarted', done.nextGenerations)
  observer.count('SagasWoken', done.woken)
  observer.count('SagasParked', done.parked)
  observer.count('SagasNotReconciled', done.failed)
  if (done.failed > 0 || !done.complete) observer.warn('sagas were reconciled, but not all', { ...done })
  else observer.info('sagas were reconciled', { ...done })
  return done
}

async function keepAlive(deps: SagaRecoveryDeps, indexed: Row, done: SagasReconciled): Promise<void> {
  const { store, runtime, callbacks, deployedOf } = deps
  if (!isQuiet(parseSaga(indexed), runtime.now())) return
  // The index may be late: what is decided is decided on the row itself.
  const { tenant, id } = parseSaga(indexed)
  const saga = await readRow(store, sagaRow(tenant, id))
  if (!saga || hasEnded(saga) || !isQuiet(saga, runtime.now())) return
  done.asked++
  const outcome = await ensureExecution(deps, saga, deployedOf(saga))
  if (outcome === 'started') done.started++
  if (outcome === 'next-generation') done.nextGenerations++
  if (outcome === 'parked' && saga.state !== 'parked') done.parked++
  const token = saga.resumption && saga.parking?.token
  if (outcome === 'running' && token !== undefined && (await callbacks.succeed(token)) === 'delivered') done.woken++
}

function isQuiet({ touchedAt, startedAt }: SagaRecord, nowMs: number): boolean {
  return nowMs - Date.parse(touchedAt ?? startedAt) >= quietAfterMs
}
