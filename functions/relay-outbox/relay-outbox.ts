import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { loggedKeys } from '../../app/logged-aggregate.ts'
import type { Observer } from '../../app/observer.ts'
import { Publisher, type RelayDeps } from '../../app/publish/publisher.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { parseOutboxEvent } from '../../tables/outbox.ts'

/**
 * Publishes the events that were just committed. It acknowledges every record, sent or not: an event that could not be sent still
 * has its outbox row, where the sweeper finds it, so no record blocks its shard. Lambda repeats a batch only after a crash.
 */
export async function relayOutbox(
  deps: RelayDeps,
  { Records }: DynamoDBStreamEvent,
  deadlineMs: number,
): Promise<DynamoDBBatchResponse> {
  const { observer } = deps
  const events = Records.flatMap((record) => insertedEvent(record, observer) ?? [])
  const { published, left } = await new Publisher(deps, deadlineMs).publish(events)
  observer.count('EventsPublished', published)
  if (left > 0) observer.count('EventsLeftToSweeper', left)
  observer.info('outbox records relayed', { records: Records.length, published, left })
  return { batchItemFailures: [] }
}

/** A row that can't be parsed stays in the outbox for an operator to look at; the sweeper keeps reporting it. */
function insertedEvent({ eventName, eventID, dynamodb }: DynamoDBRecord, observer: Observer): DomainEvent | undefined {
  if (eventName !== 'INSERT') return undefined
  try {
    return parseOutboxEvent(unmarshall((dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>))
  } catch (cause) {
    observer.count('OutboxRowsUnreadable')
    observer.error('outbox row is not a valid event', { recordId: eventID, keys: loggedKeys(dynamodb?.Keys), cause })
    return undefined
  }
}
