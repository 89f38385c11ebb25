import type { DomainEvent } from '../../domain/event.ts'
import type { Message } from '../../gateways/queue.ts'
import { aggregateKey, sha256 } from '../../tables/keys.ts'

/**
 * An event as it goes over the wire. The group is its aggregate, hashed: ids may hold characters that SQS does not
 * take.
 */
export function toQueueMessage(event: DomainEvent): Message {
  return { body: JSON.stringify(event), groupId: messageGroupOf(event), deduplicationId: event.id }
}

/** What events of one aggregate have in common. */
export function messageGroupOf({ tenant, aggregate }: DomainEvent): string {
  return sha256(aggregateKey(tenant, aggregate))
}
