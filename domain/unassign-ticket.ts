import { nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Ticket } from './ticket.ts'
import type { User } from './user.ts'

export interface UnassignTicket extends CommandMetadata {
  userId: string
}

/**
 * Unassigns a ticket from a deactivated user, in reaction to the deactivation. Changes nothing when the user is active, when the ticket
 * has another assignee by now, or while the ticket is closed: a closed ticket is unassigned when it is reopened.
 */
export function unassignTicket(
  { ticket, assignee }: TicketState & { assignee?: User | undefined },
  { userId, at }: UnassignTicket,
): Decision<Ticket> {
  if (!ticket) return refused({ why: 'not-found', what: 'ticket' })
  if (ticket.assignee !== userId || ticket.status === 'closed' || assignee?.status === 'active')
    return unchanged(ticket)
  const { assignee: previous, ...unassigned } = nextVersion(ticket, at)
  return changed(
    { type: 'ticket.unassigned', data: { previous: previous ?? userId, why: 'user_deactivated' } },
    [{ operation: 'put', entity: 'ticket', ticket: unassigned }],
    unassigned,
  )
}
