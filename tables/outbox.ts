import { DomainEvent } from '../domain/event.ts'
import type { AggregateRef } from '../domain/ids.ts'
import { absent } from './condition.ts'
import { aggregateKey, seqKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * `Outbox`: one event that not every queue has accepted yet. Written in the transaction that the event records and deleted once all queues
 * have accepted it, never by TTL: every row in this table is undelivered.
 */
const table = 'Outbox'

const keyOf = ({ tenant, aggregate, seq }: DomainEvent) => ({ pk: aggregateKey(tenant, aggregate), sk: seqKey(seq) })

export function putIntoOutbox(event: DomainEvent): Write {
  return { kind: 'put', table, row: { ...keyOf(event), event }, when: absent }
}

/** Safe to repeat: a sequence number is never used again. */
export function removeFromOutbox(event: DomainEvent): Write {
  return { kind: 'delete', table, key: keyOf(event) }
}

/** The undelivered events of one aggregate. */
export function outboxQuery(tenant: string, aggregate: AggregateRef): Query {
  return { table, partition: aggregateKey(tenant, aggregate) }
}

/** Every undelivered event, in no order but that of each aggregate. */
export const wholeOutbox = { table } as const

/** The event of an outbox row or of its stream image. Throws `ZodError` when the row contains no event. */
export function parseOutboxEvent(row: Row): DomainEvent {
  return DomainEvent.parse(row.event)
}
