import { checkChangeable, nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Follower, Ticket } from './ticket.ts'

export interface UnfollowTicket extends CommandMetadata {
  userId: string
}

export interface UnfollowTicketState extends TicketState {
  follower?: Follower | undefined
}

/** Removes a follower. Changes nothing when the user does not follow. Customers may only unfollow for themselves. */
export function unfollowTicket(
  { ticket, follower }: UnfollowTicketState,
  { userId, by, at }: UnfollowTicket,
): Decision<Ticket> {
  const current = checkChangeable(ticket, by)
  if ('refusal' in current) return refused(current.refusal)
  if (by.role === 'customer' && userId !== by.id)
    return refused({ why: 'forbidden', detail: 'Customers may stop following for themselves only.' })
  if (!follower) return unchanged(current.ticket)
  const followerCount = Math.max(0, (current.ticket.followerCount ?? 0) - 1)
  const unfollowed = nextVersion(current.ticket, at, { followerCount })
  return changed(
    { type: 'ticket.follower_removed', data: { userId } },
    [
      { operation: 'put', entity: 'ticket', ticket: unfollowed },
      { operation: 'delete', entity: 'follower', ticketId: unfollowed.id, userId },
    ],
    unfollowed,
  )
}
