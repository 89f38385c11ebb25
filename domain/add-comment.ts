import type { By } from './command.ts'
import { changed, type Decision, refused } from './decision.ts'
import type { Message, Ticket } from './ticket.ts'
import { advance, type TicketState, touch } from './touch-ticket.ts'

export interface AddComment extends By {
  body: string
}

/** A comment is a message of a ticket that exists and is not closed; it raises the ticket's version. */
export function addComment(
  state: TicketState,
  { body, by, at, ids }: AddComment,
): Decision<{ comment: Message; ticket: Ticket }> {
  const touched = touch(state.ticket, by)
  if ('refusal' in touched) return refused(touched.refusal)
  const ticket = advance(touched.ticket, at)
  const comment: Message = {
    id: ids.message,
    kind: 'comment',
    ticketId: ticket.id,
    seq: ticket.version,
    author: by.id,
    body,
    createdAt: at,
  }
  return changed(
    { type: 'ticket.comment_added', data: { messageId: comment.id } },
    [
      { row: 'ticket', ticket },
      { row: 'message', message: comment },
    ],
    { comment, ticket },
  )
}
