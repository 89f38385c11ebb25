import type { DomainEvent } from './event.ts'
import { foldTicket } from './fold-ticket.ts'
import type { Ticket } from './ticket.ts'

/**
 * The users to notify of the last event of a history: requester, assignee and followers as of that event, in this order, without its
 * actor. Folded from the history, so a redelivery finds the same users whatever has happened since.
 */
export function recipientsOf(history: readonly DomainEvent[]): string[] {
  const facts = foldTicket(history)
  const last = history.at(-1)
  if (!facts || !last || !isNotified(last)) return []
  return toRecipients(facts, last)
}

/**
 * Whether anyone is notified of the event. A request to add or remove a file shows nothing yet: what comes of it has its own event. Of a
 * correction people are told only when the admin who made it asked for that: they were notified of the event that it corrects.
 */
export function isNotified({ type, data }: DomainEvent): boolean {
  if (type === 'ticket.corrected') return data.notify === true
  return type !== 'ticket.attachment_requested' && type !== 'ticket.attachment_removal_requested'
}

/** Whom a ticket concerns: the ids of users. */
export type Concerned = Pick<Ticket, 'requester' | 'assignee'> & { followers: readonly string[] }

/**
 * The same users as {@link recipientsOf}, without the history before the event: whom the ticket concerns now, taken back to the event.
 * `later` must hold every event after it that `now` reflects; it may hold more, as the first later event about a user tells whether the
 * ticket concerned this user before. What the event itself says of a follower counts, whether `now` shows it or not.
 */
export function recipientsAsOf(event: DomainEvent, now: Concerned, later: readonly DomainEvent[]): string[] {
  let { assignee } = now
  const followers = new Set(now.followers)
  for (const { type, data } of later.toReversed()) {
    if (type === 'ticket.assigned' || type === 'ticket.unassigned') assignee = data.previous
    if (type === 'ticket.corrected' && data.from.assignee !== undefined) assignee = data.from.assignee ?? undefined
    if (type === 'ticket.follower_added') followers.delete(data.userId)
    if (type === 'ticket.follower_removed') followers.add(data.userId)
  }
  // Followers may have been read before the event's own transaction was applied in all its rows.
  if (event.type === 'ticket.follower_added') followers.add(event.data.userId)
  if (event.type === 'ticket.follower_removed') followers.delete(event.data.userId)
  return toRecipients({ requester: now.requester, assignee, followers: [...followers] }, event)
}

function toRecipients({ requester, assignee, followers }: Concerned, { actor }: DomainEvent): string[] {
  const userIds = new Set([requester, ...(assignee ? [assignee] : []), ...followers])
  userIds.delete(actor)
  return [...userIds]
}
