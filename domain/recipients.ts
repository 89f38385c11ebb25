import type { DomainEvent } from './event.ts'
import { foldTicket } from './fold-ticket.ts'

/**
 * Who is told of a ticket's last event: requester, assignee and followers as they were after it, in that order, but not the one who
 * did it. Folded from the history, so that a redelivery finds the same people whatever has happened since.
 */
export function recipientsOf(history: readonly DomainEvent[]): string[] {
  const facts = foldTicket(history)
  const last = history.at(-1)
  // A request brings nothing to see yet; the file, if it comes, has an event of its own.
  if (!facts || !last || last.type === 'ticket.attachment_requested') return []
  const { requester, assignee, followers } = facts
  const people = new Set([requester, ...(assignee ? [assignee] : []), ...followers])
  people.delete(last.actor)
  return [...people]
}
