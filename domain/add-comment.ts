import { checkChangeable, nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused } from './decision.ts'
import type { Message, Ticket } from './ticket.ts'
import { roomRefusal } from './ticket-limits.ts'

export interface AddComment extends CommandMetadata {
  body: string
}

/** Adds a comment. Each one is an event of the ticket, so it increments the version. */
export function addComment(
  state: TicketState,
  { body, by, at, ids }: AddComment,
): Decision<{ comment: Message; ticket: Ticket }> {
  const current = checkChangeable(state.ticket, by)
  if ('refusal' in current) return refused(current.refusal)
  const full = roomRefusal(current.ticket, 'content')
  if (full) return refused(full)
  const ticket = nextVersion(current.ticket, at)
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
      { operation: 'put', entity: 'ticket', ticket },
      { operation: 'put', entity: 'message', message: comment },
    ],
    { comment, ticket },
  )
}
