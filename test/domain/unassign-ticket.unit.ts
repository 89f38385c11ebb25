import { describe, it } from 'vitest'
import { systemActor } from '../../domain/actor.ts'
import { unassignTicket } from '../../domain/unassign-ticket.ts'
import { changedTicket, command, given, ticket, user } from './given.ts'

describe('unassigning a ticket', () => {
  const fromAgnes = command(systemActor, { userId: 'agnes' })
  const assigned = ticket({ assignee: 'agnes' })
  const deactivated = user({ status: 'deactivated' })

  it.each([
    ['deactivated', deactivated],
    ['unknown', undefined],
  ])('from a user who is %s is recorded with the previous assignee', (_, assignee) => {
    given({ ticket: assigned, assignee })
      .when(unassignTicket, fromAgnes)
      .thenChanged(
        { type: 'ticket.unassigned', data: { previous: 'agnes', why: 'user_deactivated' } },
        [{ operation: 'put', entity: 'ticket', ticket: changedTicket() }],
        changedTicket(),
      )
  })

  it.each([
    ['the user is active', assigned, user()],
    ['another user is assigned by now', ticket({ assignee: 'alan' }), deactivated],
    ['nobody is assigned by now', ticket(), deactivated],
    ['the ticket is closed', ticket({ assignee: 'agnes', status: 'closed' }), deactivated],
  ])('changes nothing when %s', (_, current, assignee) => {
    given({ ticket: current, assignee }).when(unassignTicket, fromAgnes).thenUnchanged(current)
  })

  it('does not find a ticket that does not exist', () => {
    given({ assignee: deactivated }).when(unassignTicket, fromAgnes).thenRefused({ why: 'not-found', what: 'ticket' })
  })
})
