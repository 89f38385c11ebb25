import { nextVersion, requireChangeable, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Follower, Ticket } from './ticket.ts'
import type { User } from './user.ts'

export interface Follow extends CommandMetadata {
  userId: string
}

export interface FollowState extends TicketState {
  user?: User | undefined
  follower?: Follower | undefined
}

/** Lets an active user of the tenant hear of a ticket. Customers may follow for themselves only. */
export function followTicket({ ticket, user, follower }: FollowState, { userId, by, at }: Follow): Decision<Ticket> {
  const current = requireChangeable(ticket, by)
  if ('refusal' in current) return refused(current.refusal)
  if (by.role === 'customer' && userId !== by.id)
    return refused({ why: 'forbidden', detail: 'Customers may follow a ticket for themselves only.' })
  if (user?.status !== 'active') return refused({ why: 'follower-unknown', userId })
  if (follower) return unchanged(current.ticket)
  const followed = nextVersion(current.ticket, at)
  return changed(
    { type: 'ticket.follower_added', data: { userId } },
    [
      { operation: 'put', entity: 'ticket', ticket: followed },
      { operation: 'put', entity: 'follower', follower: { ticketId: followed.id, userId, since: at } },
    ],
    followed,
  )
}

/** Stops it again; stopping what never began changes nothing. */
export function unfollowTicket({ ticket, follower }: FollowState, { userId, by, at }: Follow): Decision<Ticket> {
  const current = requireChangeable(ticket, by)
  if ('refusal' in current) return refused(current.refusal)
  if (by.role === 'customer' && userId !== by.id)
    return refused({ why: 'forbidden', detail: 'Customers may stop following for themselves only.' })
  if (!follower) return unchanged(current.ticket)
  const unfollowed = nextVersion(current.ticket, at)
  return changed(
    { type: 'ticket.follower_removed', data: { userId } },
    [
      { operation: 'put', entity: 'ticket', ticket: unfollowed },
      { operation: 'delete', entity: 'follower', ticketId: unfollowed.id, userId },
    ],
    unfollowed,
  )
}
