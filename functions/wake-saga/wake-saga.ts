import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import type { Observer } from '../../app/observer.ts'
import type { SagaRecoveryDeps } from '../../app/saga-machines.ts'
import { DomainEvent } from '../../domain/event.ts'
import { ensureExecution } from '../../sagas/ensure-execution.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'

/**
 * Lets parked sagas go on that an operator has resumed. Needs no order and keeps no mark: its checkpoint is the saga's row, which says
 * whether the parking that the event names is the one that was resumed and has not gone on yet. Names the messages that must come
 * again.
 */
export async function wakeSagas(
  waking: SagaRecoveryDeps & { observer: Observer },
  { Records }: Pick<SQSEvent, 'Records'>,
): Promise<SQSBatchResponse> {
  const failed = await Promise.all(
    Records.map(async ({ messageId, body }) => {
      try {
        const event = DomainEvent.parse(JSON.parse(body))
        if (event.type === 'saga.resumed') await wake(waking, event)
        return []
      } catch (error) {
        waking.observer.error('a resumed saga was not woken', { messageId, error })
        return [{ itemIdentifier: messageId }]
      }
    }),
  )
  return { batchItemFailures: failed.flat() }
}

async function wake(
  { observer, deployedOf, ...deps }: SagaRecoveryDeps & { observer: Observer },
  { tenant, aggregate, data, correlationId }: DomainEvent & { type: 'saga.resumed' },
): Promise<void> {
  const saga = await readRow(deps.store, sagaRow(tenant, aggregate.id))
  const facts = { tenant, sagaId: aggregate.id, parkingId: data.parkingId, correlationId }
  if (!saga?.resumption || saga.resumption.parkingId !== data.parkingId)
    return observer.info('a resume is not current: the saga has gone on since', facts)
  const token = saga.parking?.token
  const callback = token === undefined ? 'task-closed' : await deps.callbacks.succeed(token)
  if (callback === 'delivered') return observer.info('a saga goes on from where it was parked', facts)
  // It went on before and its next task has not begun yet, or there is no execution any more.
  const outcome = await ensureExecution(deps, saga, deployedOf(saga))
  observer.info('no execution waited at the parking', { ...facts, outcome })
}
