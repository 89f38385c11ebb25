import type { DomainEvent } from '../../domain/event.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { Message } from '../../gateways/queue.ts'
import { aggregateKey } from '../../tables/keys.ts'

export function toQueueMessage(event: DomainEvent): Message {
  return { body: JSON.stringify(event), groupId: messageGroupId(event), deduplicationId: event.id }
}

/** One message group per aggregate. Its key is hashed, as ids may contain characters that SQS does not allow. */
export function messageGroupId({ tenant, aggregate }: DomainEvent): string {
  return sha256Hex(aggregateKey(tenant, aggregate))
}
