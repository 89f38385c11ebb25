import type { DomainEvent } from './event.ts'
import { foldTicket } from './fold-ticket.ts'

/**
 * The users to notify of the last event of a history: requester, assignee and followers as of that event, in this order, without its
 * actor. Folded from the history, so a redelivery finds the same users whatever has happened since.
 */
export function recipientsOf(history: readonly DomainEvent[]): string[] {
  const facts = foldTicket(history)
  const last = history.at(-1)
  // A requested attachment shows nothing yet; a file that passes inspection has its own event.
  if (!facts || !last || last.type === 'ticket.attachment_requested') return []
  const { requester, assignee, followers } = facts
  const userIds = new Set([requester, ...(assignee ? [assignee] : []), ...followers])
  userIds.delete(last.actor)
  return [...userIds]
}
