import { checkChangeable, nextVersion, type TicketState } from './changeable-ticket.ts'
import { claimDaysMax, eventTime } from './claimed-time.ts'
import { clockSkewMsMax } from './clock.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { type Change, changed, type Decision, refused } from './decision.ts'
import type { Message, Ticket } from './ticket.ts'
import { roomRefusal } from './ticket-limits.ts'

export interface AddComment extends CommandMetadata {
  body: string
  /** When it was written, where that was before it came in, as of an imported e-mail. Only agents and admins may say so. */
  occurredAt?: string | undefined
}

/** Adds a comment. Each one is an event of the ticket, so it increments the version. */
export function addComment(
  state: TicketState,
  { body, occurredAt: claimed, by, at, ids }: AddComment,
): Decision<{ comment: Message; ticket: Ticket }> {
  const current = checkChangeable(state.ticket, by)
  if ('refusal' in current) return refused(current.refusal)
  if (claimed !== undefined && by.role === 'customer')
    return refused({ why: 'forbidden', detail: 'Only agents and admins may say when a comment was written.' })
  const occurredAt = eventTime(claimed, at, clockSkewMsMax)
  if (occurredAt === undefined)
    return refused({ why: 'time-not-claimable', pointer: '/occurredAt', daysMax: claimDaysMax })
  const full = roomRefusal(current.ticket, 'content')
  if (full) return refused(full)
  const ticket = nextVersion(current.ticket, at)
  const seq = ticket.version
  const isLate = occurredAt !== at
  const comment: Message = {
    id: ids.message,
    kind: 'comment',
    ticketId: ticket.id,
    seq,
    author: by.id,
    body,
    createdAt: at,
    ...(isLate && { occurredAt }),
  }
  const place: Change = { operation: 'put', entity: 'late-comment', comment: { ticketId: ticket.id, occurredAt, seq } }
  return changed(
    { type: 'ticket.comment_added', data: { messageId: comment.id } },
    [
      { operation: 'put', entity: 'ticket', ticket },
      { operation: 'put', entity: 'message', message: comment },
      ...(isLate ? [place] : []),
    ],
    { comment, ticket },
    isLate ? { occurredAt } : {},
  )
}
