import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import type { Observer } from '../../app/observer.ts'
import { Publisher, type RelayDeps } from '../../app/publish/publisher.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { parseOutboxEvent } from '../../tables/outbox.ts'

/**
 * Publishes what was just committed. Every record is acknowledged, sent or not: what could not be sent still has its
 * row, and the sweeper finds it, so no record blocks its shard. Only a crash makes Lambda bring the batch again.
 */
export async function relayOutbox(
  { Records }: DynamoDBStreamEvent,
  deps: RelayDeps,
  deadlineMs: number,
): Promise<DynamoDBBatchResponse> {
  const { observer } = deps
  const events = Records.flatMap((record) => insertedEvent(record, observer) ?? [])
  const { published, left } = await new Publisher(deps, deadlineMs).publish(events)
  observer.count('EventsPublished', published)
  if (left > 0) observer.count('EventsLeftToSweeper', left)
  observer.info('relayed', { records: Records.length, published, left })
  return { batchItemFailures: [] }
}

/** A row that can't be read stays where it is, for a person to look at; the sweeper goes on reporting it. */
function insertedEvent({ eventName, eventID, dynamodb }: DynamoDBRecord, observer: Observer): DomainEvent | undefined {
  if (eventName !== 'INSERT') return undefined
  try {
    return parseOutboxEvent(unmarshall((dynamodb?.NewImage ?? {}) as Record<string, AttributeValue>))
  } catch (cause) {
    observer.count('OutboxRowsUnreadable')
    observer.error('an outbox row holds no event', { recordId: eventID, keys: dynamodb?.Keys, cause })
    return undefined
  }
}
