import { describe, it } from 'vitest'
import { unfollowTicket } from '../../domain/unfollow-ticket.ts'
import { agnes, before, carl, carla, changedTicket, command, given, ticket } from './given.ts'

describe('unfollowing a ticket', () => {
  const follower = { ticketId: 't1', userId: 'agnes', since: before }

  it('removes the follower', () => {
    given({ ticket: ticket({ followerCount: 3 }), follower })
      .when(unfollowTicket, command(agnes, { userId: 'agnes' }))
      .thenChanged(
        { type: 'ticket.follower_removed', data: { userId: 'agnes' } },
        [
          { operation: 'put', entity: 'ticket', ticket: changedTicket({ followerCount: 2 }) },
          { operation: 'delete', entity: 'follower', ticketId: 't1', userId: 'agnes' },
        ],
        changedTicket({ followerCount: 2 }),
      )
  })

  it('changes nothing for a user who does not follow', () => {
    given({ ticket: ticket() })
      .when(unfollowTicket, command(agnes, { userId: 'agnes' }))
      .thenUnchanged(ticket())
  })

  it('is refused when a customer names someone else', () => {
    given({ ticket: ticket(), follower })
      .when(unfollowTicket, command(carla, { userId: 'agnes' }))
      .thenRefused({ why: 'forbidden', detail: 'Customers may stop following for themselves only.' })
  })

  it('is refused on a closed ticket', () => {
    given({ ticket: ticket({ status: 'closed' }), follower })
      .when(unfollowTicket, command(agnes, { userId: 'agnes' }))
      .thenRefused({ why: 'ticket-closed' })
  })

  it('does not find another customer’s ticket', () => {
    given({ ticket: ticket() })
      .when(unfollowTicket, command(carl, { userId: 'carl' }))
      .thenRefused({ why: 'not-found', what: 'ticket' })
  })
})
