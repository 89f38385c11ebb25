import type { DomainEvent, Fact } from '../../domain/event.ts'
import { appendEvent } from '../../tables/events.ts'
import type { Write } from '../../tables/store.ts'

export const tenant = 'acme'
export const at = '2026-03-01T11:00:00.000Z'
export const ticket = { type: 'ticket', id: 'T1' } as const
export const correlationId = 'C1'

/** The events of a ticket that ann opened and `actor` commented on. */
export function commentedTicket(actor: string): { rows: Write[]; comment: DomainEvent } {
  const opened = event(1, 'ann', {
    type: 'ticket.opened',
    data: { priority: 'normal', requester: 'ann', messageId: 'M1' },
  })
  const comment = event(2, actor, { type: 'ticket.comment_added', data: { messageId: 'M2' } })
  return { rows: [appendEvent(opened), appendEvent(comment)], comment }
}

/** An event at a fixed time; its id derives from aggregate and sequence number. */
export function event(
  seq: number,
  actor: string,
  fact: Fact,
  aggregate: DomainEvent['aggregate'] = ticket,
): DomainEvent {
  const envelope = {
    id: `${aggregate.id}-${seq}`,
    tenant,
    aggregate,
    seq,
    actor,
    occurredAt: at,
    recordedAt: at,
    correlationId,
  }
  return { ...envelope, ...fact }
}
