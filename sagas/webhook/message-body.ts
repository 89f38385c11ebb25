import type { DomainEvent } from '../../domain/event.ts'
import { publishedFacts } from '../../domain/upcast-event.ts'

/**
 * The payload, by the conventions of Standard Webhooks: facts and references only. Texts that people wrote are read through the API, by
 * those who may read them. Made from the event alone, so that every attempt sends the same bytes.
 */
export function messageBody({ id, type, tenant, aggregate, seq, actor, occurredAt, data }: DomainEvent): string {
  return JSON.stringify({
    type,
    timestamp: occurredAt,
    data: { eventId: id, tenant, ticketId: aggregate.id, seq, actor, facts: publishedFacts(data) },
  })
}
