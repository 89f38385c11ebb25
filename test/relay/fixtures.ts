import { marshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord, SQSRecord } from 'aws-lambda'
import type { Observer } from '../../app/observer.ts'
import { toQueueMessage } from '../../app/publish/queue-message.ts'
import { DomainEvent, type Fact } from '../../domain/event.ts'
import type { AggregateRef } from '../../domain/ids.ts'
import type { ReceivedMessage } from '../../gateways/queue-memory.ts'
import { appendEvent } from '../../tables/events.ts'
import { putIntoOutbox } from '../../tables/outbox.ts'
import type { Row, Store } from '../../tables/store.ts'

/** Sums each metric and records error messages. */
export class CountingObserver implements Observer {
  readonly counts: Record<string, number> = {}
  readonly errors: string[] = []

  info() {}
  warn() {}
  error(message: string) {
    this.errors.push(message)
  }
  count(metric: string, value = 1) {
    this.counts[metric] = (this.counts[metric] ?? 0) + value
  }
  seconds(metric: string, value: number) {
    this.counts[metric] = value
  }
}

export const opened: Fact = {
  type: 'ticket.opened',
  data: { priority: 'normal', requester: 'cora', messageId: 'm1' },
}
export const commented: Fact = { type: 'ticket.comment_added', data: { messageId: 'm2' } }

/** Creates an event of a ticket, or of another aggregate. */
export function event(
  id: string,
  seq: number,
  fact: Fact = seq === 1 ? opened : commented,
  {
    tenant = 'acme',
    type = 'ticket',
    recordedAt = '2026-03-01T11:00:00.000Z',
  }: { tenant?: string; type?: AggregateRef['type']; recordedAt?: string } = {},
): DomainEvent {
  return DomainEvent.parse({
    ...fact,
    id: `${tenant}-${type}-${id}-${seq}`.replaceAll(/[^A-Za-z0-9_-]/g, '_'),
    tenant,
    aggregate: { type, id },
    seq,
    actor: 'agnes',
    occurredAt: recordedAt,
    recordedAt,
    correlationId: `correlation-${seq}`,
  })
}

/** Stores events as a commit does: in `Events` and in the outbox. */
export async function committed(store: Store, ...events: DomainEvent[]): Promise<void> {
  for (const stored of events) {
    const outcome = await store.transactWrite([appendEvent(stored), putIntoOutbox(stored)], `commit-${stored.id}`)
    if (outcome.status !== 'committed') throw new Error(`the fixture was not committed: ${outcome.status}`)
  }
}

/** The stream record of an event's outbox row. */
export function inserted(stored: DomainEvent): DynamoDBRecord {
  const put = putIntoOutbox(stored)
  if (put.kind !== 'put') throw new Error('an outbox row is put')
  return insertedRow(put.row)
}

export function insertedRow(row: Row): DynamoDBRecord {
  const NewImage = marshall(row, { removeUndefinedValues: true }) as NonNullable<
    NonNullable<DynamoDBRecord['dynamodb']>['NewImage']
  >
  return { eventName: 'INSERT', eventID: 'record-1', dynamodb: { NewImage } }
}

export async function outboxRows(store: Store): Promise<Row[]> {
  return (await store.scan({ table: 'Outbox' })).rows
}

/** Messages in the form in which Lambda passes them to a function. Failures are told by message id, so the receipt handle differs. */
export function sqsRecords(messages: readonly ReceivedMessage[]): SQSRecord[] {
  return messages.map(({ receiptHandle, body, groupId, receiveCount }) => ({
    messageId: String(receiptHandle),
    receiptHandle: `handle of ${receiptHandle}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      MessageGroupId: groupId,
      SentTimestamp: '0',
      SenderId: 'relay',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn',
    awsRegion: 'eu-central-1',
  }))
}

/** One message, received for the first time or again, with any body. */
export function sqsRecord(messageId: string, body: unknown, receiveCount = 1): SQSRecord {
  const message = {
    receiptHandle: 0,
    body: JSON.stringify(body),
    groupId: messageId,
    deduplicationId: messageId,
    receiveCount,
  }
  return sqsRecords([message]).map((record) => ({ ...record, messageId }))[0] as SQSRecord
}

/** The batch that delivers these events, for the first time by default. A message's id is the position of its event. */
export function eventBatch(events: readonly DomainEvent[], receiveCount = 1): { Records: SQSRecord[] } {
  return {
    Records: sqsRecords(
      events.map((sent, receiptHandle) => ({ ...toQueueMessage(sent), receiptHandle, receiveCount })),
    ),
  }
}
