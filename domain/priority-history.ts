import type { DomainEvent } from './event.ts'
import type { PriorityScale } from './priority-scale.ts'
import { upcast } from './upcast-event.ts'

/** Each priority that a ticket has had, in order, with its reason. The last one is what its header has. `events` are all of the ticket. */
export function priorityHistory(events: readonly DomainEvent[]): PriorityScale[] {
  return events.map(upcast).flatMap((event) => {
    if (event.type !== 'ticket.opened' && event.type !== 'ticket.corrected') return []
    const { scale } = event.data
    return scale ? [{ ...scale, since: { seq: event.seq, at: event.occurredAt } }] : []
  })
}
