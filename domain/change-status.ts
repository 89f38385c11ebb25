import { maySee } from './actor.ts'
import { nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Message, Ticket } from './ticket.ts'
import { roomRefusal } from './ticket-limits.ts'
import { isTransitionAllowed, type Status } from './ticket-status.ts'

export interface ChangeStatus extends CommandMetadata {
  to: Status
  reason: string
}

/** Changes the status along the transition table, with the reason as a message. The status that the ticket already has changes nothing. */
export function changeStatus({ ticket }: TicketState, { to, reason, by, at, ids }: ChangeStatus): Decision<Ticket> {
  if (!ticket || !maySee(by, ticket)) return refused({ why: 'not-found', what: 'ticket' })
  if (to === ticket.status) return unchanged(ticket)
  if (!isTransitionAllowed(ticket.status, to))
    return refused({ why: 'transition-not-allowed', from: ticket.status, to })
  const full = to === 'resolved' || to === 'closed' ? undefined : roomRefusal(ticket, 'handling')
  if (full) return refused(full)
  const updated = nextVersion(ticket, at, { status: to })
  const message: Message = {
    id: ids.message,
    kind: 'reason',
    ticketId: ticket.id,
    seq: updated.version,
    author: by.id,
    body: reason,
    createdAt: at,
  }
  return changed(
    { type: 'ticket.status_changed', data: { from: ticket.status, to, messageId: message.id } },
    [
      { operation: 'put', entity: 'ticket', ticket: updated },
      { operation: 'put', entity: 'message', message },
    ],
    updated,
  )
}
