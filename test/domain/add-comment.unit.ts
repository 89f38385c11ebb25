import { describe, it } from 'vitest'
import { addComment } from '../../domain/add-comment.ts'
import { agnes, carl, carla, changedTicket, command, given, now, ticket } from './given.ts'

describe('adding a comment', () => {
  const comment = { body: 'Which room?' }

  it('adds a message and increments the version of the ticket', () => {
    const message = {
      id: 'new-message',
      kind: 'comment',
      ticketId: 't1',
      seq: 8,
      author: 'agnes',
      body: 'Which room?',
      createdAt: now,
    } as const
    given({ ticket: ticket() })
      .when(addComment, command(agnes, comment))
      .thenChanged(
        { type: 'ticket.comment_added', data: { messageId: 'new-message' } },
        [
          { operation: 'put', entity: 'ticket', ticket: changedTicket() },
          { operation: 'put', entity: 'message', message },
        ],
        { comment: message, ticket: changedTicket() },
      )
  })

  it('is refused on a closed ticket', () => {
    given({ ticket: ticket({ status: 'closed' }) })
      .when(addComment, command(carla, comment))
      .thenRefused({ why: 'ticket-closed' })
  })

  it('does not find another customer’s ticket', () => {
    given({ ticket: ticket() })
      .when(addComment, command(carl, comment))
      .thenRefused({ why: 'not-found', what: 'ticket' })
  })

  it('does not find a ticket that does not exist', () => {
    given({}).when(addComment, command(agnes, comment)).thenRefused({ why: 'not-found', what: 'ticket' })
  })
})
