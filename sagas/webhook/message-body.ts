import type { DomainEvent } from '../../domain/event.ts'

/**
 * What an endpoint is told, by the conventions of Standard Webhooks: facts and references, never words of people; those are read
 * through the API, by who may read them. Made of the event alone, so every attempt has the same bytes.
 */
export function messageBody({ id, type, tenant, aggregate, seq, actor, occurredAt, data }: DomainEvent): string {
  return JSON.stringify({
    type,
    timestamp: occurredAt,
    data: { eventId: id, tenant, ticketId: aggregate.id, seq, actor, facts: data },
  })
}
