import { checkChangeable, nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Follower, Ticket } from './ticket.ts'
import { followersMax, roomRefusal } from './ticket-limits.ts'
import type { User } from './user.ts'

export interface FollowTicket extends CommandMetadata {
  userId: string
}

export interface FollowTicketState extends TicketState {
  user?: User | undefined
  follower?: Follower | undefined
}

/** Makes an active user of the tenant a follower, who is notified of the ticket's events. Customers may only follow for themselves. */
export function followTicket(
  { ticket, user, follower }: FollowTicketState,
  { userId, by, at }: FollowTicket,
): Decision<Ticket> {
  const current = checkChangeable(ticket, by)
  if ('refusal' in current) return refused(current.refusal)
  if (by.role === 'customer' && userId !== by.id)
    return refused({ why: 'forbidden', detail: 'Customers may follow a ticket for themselves only.' })
  if (user?.status !== 'active') return refused({ why: 'follower-unknown', userId })
  if (follower) return unchanged(current.ticket)
  const full = roomRefusal(current.ticket, 'content')
  if (full) return refused(full)
  // A ticket that is older than the count begins at 0, with the followers that it has besides.
  const { followerCount = 0 } = current.ticket
  if (followerCount >= followersMax) return refused({ why: 'too-many-followers', max: followersMax })
  const followed = nextVersion(current.ticket, at, { followerCount: followerCount + 1 })
  return changed(
    { type: 'ticket.follower_added', data: { userId } },
    [
      { operation: 'put', entity: 'ticket', ticket: followed },
      { operation: 'put', entity: 'follower', follower: { ticketId: followed.id, userId, since: at } },
    ],
    followed,
  )
}
