import { maySee } from './actor.ts'
import { nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Message, Ticket } from './ticket.ts'
import { mayFollow, type Status } from './ticket-status.ts'

export interface ChangeStatus extends CommandMetadata {
  to: Status
  reason: string
}

/** Changes a ticket's status, or says why not. Asking for the status it already has changes nothing. */
export function changeStatus({ ticket }: TicketState, { to, reason, by, at, ids }: ChangeStatus): Decision<Ticket> {
  if (!ticket || !maySee(by, ticket)) return refused({ why: 'not-found', what: 'ticket' })
  if (to === ticket.status) return unchanged(ticket)
  if (!mayFollow(ticket.status, to)) return refused({ why: 'transition-not-allowed', from: ticket.status, to })
  const moved = nextVersion(ticket, at, { status: to })
  const why: Message = {
    id: ids.message,
    kind: 'reason',
    ticketId: ticket.id,
    seq: moved.version,
    author: by.id,
    body: reason,
    createdAt: at,
  }
  return changed(
    { type: 'ticket.status_changed', data: { from: ticket.status, to, messageId: why.id } },
    [
      { operation: 'put', entity: 'ticket', ticket: moved },
      { operation: 'put', entity: 'message', message: why },
    ],
    moved,
  )
}
