import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { DomainEvent } from '../../domain/event.ts'
import type { Observer } from '../observer.ts'

/**
 * Handles a batch for a subscriber that needs no order and keeps no checkpoint: all events at once, each possibly more than once.
 * Returns the messages that failed, so that SQS delivers them again.
 */
export async function consumeUnordered(
  observer: Observer,
  { Records }: Pick<SQSEvent, 'Records'>,
  handle: (event: DomainEvent) => Promise<void>,
): Promise<SQSBatchResponse> {
  const failures = await Promise.all(
    Records.map(async ({ messageId, body }) => {
      try {
        await handle(DomainEvent.parse(JSON.parse(body)))
        return []
      } catch (error) {
        observer.error('event could not be handled: SQS will deliver it again', { messageId, error })
        return [{ itemIdentifier: messageId }]
      }
    }),
  )
  return { batchItemFailures: failures.flat() }
}
