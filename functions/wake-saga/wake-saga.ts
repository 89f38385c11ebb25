import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { advanceResumption, isResumptionEvent } from '../../app/advance-resumption.ts'
import { consumeUnordered } from '../../app/consume/consume-unordered.ts'
import type { Observer } from '../../app/observer.ts'
import { releaseSagas } from '../../app/release-sagas.ts'
import type { SagaRecoveryDeps } from '../../app/saga-recovery.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { ensureExecution } from '../../sagas/ensure-execution.ts'
import { Retries } from '../../tables/retries.ts'
import { hasEnded, type SagaRecord, sagaRow } from '../../tables/sagas.ts'
import { requireSnapshot } from '../../tables/snapshot.ts'

/**
 * Continues sagas as operators asked: parked ones that were resumed, those that are to run now, and those that waited for a
 * release. It needs no checkpoint: the saga's row says whether what the event names is still current. So does a resumption's,
 * of which each event is one part.
 */
export async function wakeSagas(
  deps: SagaRecoveryDeps & { observer: Observer },
  batch: Pick<SQSEvent, 'Records'>,
  deadlineMs: number,
): Promise<SQSBatchResponse> {
  return consumeUnordered(deps, batch, deadlineMs, async (event, shareMs) => {
    if (event.type === 'saga.resumed') await wakeSaga(deps, event)
    if (event.type === 'saga.run_now_requested') await startGeneration(deps, event)
    if (isResumptionEvent(event)) await advanceResumption(deps, event, shareMs)
    if (event.type === 'settings.hold_released') await releaseSagas(deps, event, shareMs)
  })
}

/** The row has been in this generation since the event was committed; only its execution may be missing. */
async function startGeneration(
  { observer, deployedMachine, ...deps }: SagaRecoveryDeps & { observer: Observer },
  { tenant, aggregate, data: { generation }, correlationId }: DomainEvent & { type: 'saga.run_now_requested' },
): Promise<void> {
  const saga = await readSaga(deps, tenant, aggregate.id)
  const facts = { tenant, sagaId: aggregate.id, generation, correlationId }
  if (!saga || hasEnded(saga) || saga.generation !== generation)
    return observer.info('outdated request to run now ignored: the saga has continued since', facts)
  const outcome = await ensureExecution(deps, saga, deployedMachine(saga))
  observer.info('saga runs now', { ...facts, outcome })
}

async function wakeSaga(
  { observer, deployedMachine, ...deps }: SagaRecoveryDeps & { observer: Observer },
  { tenant, aggregate, data, correlationId }: DomainEvent & { type: 'saga.resumed' },
): Promise<void> {
  const saga = await readSaga(deps, tenant, aggregate.id)
  const facts = { tenant, sagaId: aggregate.id, parkingId: data.parkingId, correlationId }
  if (!saga?.resumption || saga.resumption.parkingId !== data.parkingId)
    return observer.info('outdated resume ignored: the saga has continued since', facts)
  const token = saga.parking?.token
  if (token !== undefined && (await deps.callbacks.succeed(token)) === 'delivered')
    return observer.info('parked saga continues', facts)
  // Either it continued already and its next task has not begun, or its execution is gone.
  const outcome = await ensureExecution(deps, saga, deployedMachine(saga))
  observer.info('no execution was waiting at the parking', { ...facts, outcome })
}

/** Reads a snapshot: an event can arrive while its transaction is still being applied, and a plain read then takes it for outdated. */
async function readSaga(
  { store, runtime }: Pick<SagaRecoveryDeps, 'store' | 'runtime'>,
  tenant: string,
  sagaId: string,
): Promise<SagaRecord | undefined> {
  const { saga } = await requireSnapshot(store, new Retries(runtime), { saga: sagaRow(tenant, sagaId) })
  return saga
}
