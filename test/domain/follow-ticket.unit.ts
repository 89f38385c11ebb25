import { describe, it } from 'vitest'
import { followTicket } from '../../domain/follow-ticket.ts'
import { agnes, carl, carla, changedTicket, command, given, now, ticket, user } from './given.ts'

describe('following a ticket', () => {
  const follower = { ticketId: 't1', userId: 'agnes', since: now }

  it('adds the user as a follower', () => {
    given({ ticket: ticket(), user: user() })
      .when(followTicket, command(agnes, { userId: 'agnes' }))
      .thenChanged(
        { type: 'ticket.follower_added', data: { userId: 'agnes' } },
        [
          { operation: 'put', entity: 'ticket', ticket: changedTicket({ followerCount: 1 }) },
          { operation: 'put', entity: 'follower', follower },
        ],
        changedTicket({ followerCount: 1 }),
      )
  })

  it('changes nothing for a follower', () => {
    given({ ticket: ticket(), user: user(), follower })
      .when(followTicket, command(agnes, { userId: 'agnes' }))
      .thenUnchanged(ticket())
  })

  it.each([
    ['an unknown user', undefined],
    ['a deactivated user', user({ status: 'deactivated' })],
  ])('is refused for %s', (_, found) => {
    given({ ticket: ticket(), user: found })
      .when(followTicket, command(agnes, { userId: 'agnes' }))
      .thenRefused({ why: 'follower-unknown', userId: 'agnes' })
  })

  it('is refused when a customer names someone else', () => {
    given({ ticket: ticket(), user: user() })
      .when(followTicket, command(carla, { userId: 'agnes' }))
      .thenRefused({ why: 'forbidden', detail: 'Customers may follow a ticket for themselves only.' })
  })

  it('is refused on a closed ticket', () => {
    given({ ticket: ticket({ status: 'closed' }), user: user() })
      .when(followTicket, command(agnes, { userId: 'agnes' }))
      .thenRefused({ why: 'ticket-closed' })
  })

  it('does not find another customer’s ticket', () => {
    given({ ticket: ticket(), user: user({ id: 'carl', role: 'customer' }) })
      .when(followTicket, command(carl, { userId: 'carl' }))
      .thenRefused({ why: 'not-found', what: 'ticket' })
  })
})
