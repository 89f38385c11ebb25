import type { By } from './command.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Follower, Ticket } from './ticket.ts'
import { advance, type TicketState, touch } from './touch-ticket.ts'
import type { User } from './user.ts'

export interface Follow extends By {
  userId: string
}

export interface FollowState extends TicketState {
  user?: User | undefined
  follower?: Follower | undefined
}

/** Lets an active user of the tenant hear of a ticket. Customers may follow for themselves only. */
export function followTicket({ ticket, user, follower }: FollowState, { userId, by, at }: Follow): Decision<Ticket> {
  const touched = touch(ticket, by)
  if ('refusal' in touched) return refused(touched.refusal)
  if (by.role === 'customer' && userId !== by.id)
    return refused({ why: 'forbidden', detail: 'Customers may follow a ticket for themselves only.' })
  if (user?.status !== 'active') return refused({ why: 'follower-unknown', userId })
  if (follower) return unchanged(touched.ticket)
  const followed = advance(touched.ticket, at)
  return changed(
    { type: 'ticket.follower_added', data: { userId } },
    [
      { row: 'ticket', ticket: followed },
      { row: 'follower', follower: { ticketId: followed.id, userId, since: at } },
    ],
    followed,
  )
}

/** Stops it again; stopping what never began changes nothing. */
export function unfollowTicket({ ticket, follower }: FollowState, { userId, by, at }: Follow): Decision<Ticket> {
  const touched = touch(ticket, by)
  if ('refusal' in touched) return refused(touched.refusal)
  if (by.role === 'customer' && userId !== by.id)
    return refused({ why: 'forbidden', detail: 'Customers may stop following for themselves only.' })
  if (!follower) return unchanged(touched.ticket)
  const unfollowed = advance(touched.ticket, at)
  return changed(
    { type: 'ticket.follower_removed', data: { userId } },
    [
      { row: 'ticket', ticket: unfollowed },
      { row: 'no-follower', ticketId: unfollowed.id, userId },
    ],
    unfollowed,
  )
}
