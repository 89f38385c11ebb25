import { DomainEvent } from '../domain/event.ts'
import { absent } from './condition.ts'
import { aggregateKey, seqKey } from './keys.ts'
import type { Row, Write } from './store.ts'

/**
 * `Outbox`: one event not yet handed to every queue. Written in the transaction that the event tells of, deleted after
 * publishing, never by TTL: a row that is present is undelivered.
 */
const table = 'Outbox'

const keyOf = ({ tenant, aggregate, seq }: DomainEvent) => ({ pk: aggregateKey(tenant, aggregate), sk: seqKey(seq) })

export function putIntoOutbox(event: DomainEvent): Write {
  return { kind: 'put', table, row: { ...keyOf(event), event }, when: absent }
}

/** Repeating it does no harm: the row is gone, and none takes its place. */
export function removeFromOutbox(event: DomainEvent): Write {
  return { kind: 'delete', table, key: keyOf(event) }
}

/** The event that an outbox row (or its stream image) carries. Throws `ZodError` on a row without one. */
export function parseOutboxEvent(row: Row): DomainEvent {
  return DomainEvent.parse(row.event)
}
