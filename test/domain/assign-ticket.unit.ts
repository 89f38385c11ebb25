import { describe, it } from 'vitest'
import { assignTicket } from '../../domain/assign-ticket.ts'
import { agnes, carl, carla, changedTicket, command, given, ticket, user } from './given.ts'

describe('assigning a ticket', () => {
  const toAgnes = { userId: 'agnes' }

  it.each(['agent', 'admin'] as const)('to an active %s is recorded', (role) => {
    given({ ticket: ticket(), assignee: user({ role }) })
      .when(assignTicket, command(agnes, toAgnes))
      .thenChanged(
        { type: 'ticket.assigned', data: { assignee: 'agnes' } },
        [{ operation: 'put', entity: 'ticket', ticket: changedTicket({ assignee: 'agnes' }) }],
        changedTicket({ assignee: 'agnes' }),
      )
  })

  it('to another agent records the previous assignee', () => {
    given({ ticket: ticket({ assignee: 'alan' }), assignee: user() })
      .when(assignTicket, command(agnes, toAgnes))
      .thenChanged(
        { type: 'ticket.assigned', data: { assignee: 'agnes', previous: 'alan' } },
        [{ operation: 'put', entity: 'ticket', ticket: changedTicket({ assignee: 'agnes' }) }],
        changedTicket({ assignee: 'agnes' }),
      )
  })

  it('to its assignee changes nothing', () => {
    given({ ticket: ticket({ assignee: 'agnes' }), assignee: user() })
      .when(assignTicket, command(agnes, toAgnes))
      .thenUnchanged(ticket({ assignee: 'agnes' }))
  })

  it.each([
    ['an unknown user', undefined],
    ['a customer', user({ role: 'customer' })],
    ['a deactivated agent', user({ status: 'deactivated' })],
  ])('to %s is refused', (_, assignee) => {
    given({ ticket: ticket(), assignee })
      .when(assignTicket, command(agnes, toAgnes))
      .thenRefused({ why: 'assignee-not-assignable', userId: 'agnes' })
  })

  it('is refused when the assignee has been deactivated since, although nothing would change', () => {
    given({ ticket: ticket({ assignee: 'agnes' }), assignee: user({ status: 'deactivated' }) })
      .when(assignTicket, command(agnes, toAgnes))
      .thenRefused({ why: 'assignee-not-assignable', userId: 'agnes' })
  })

  it('is refused on a closed ticket', () => {
    given({ ticket: ticket({ status: 'closed' }), assignee: user() })
      .when(assignTicket, command(agnes, toAgnes))
      .thenRefused({ why: 'ticket-closed' })
  })

  it.each([
    ['another customer’s ticket', ticket(), carl],
    ['a ticket that does not exist', undefined, carla],
  ])('does not find %s', (_, found, by) => {
    given({ ticket: found, assignee: user() })
      .when(assignTicket, command(by, toAgnes))
      .thenRefused({ why: 'not-found', what: 'ticket' })
  })
})
