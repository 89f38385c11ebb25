import { nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Ticket } from './ticket.ts'
import type { User } from './user.ts'

export interface UnassignTicket extends CommandMetadata {
  userId: string
}

/**
 * Takes a ticket from a deactivated user: the healing that a deactivation's event brings, so it holds for closed tickets too
 * only once they are reopened. A user who can be assigned, or a ticket that moved on, is left as it is.
 */
export function unassignTicket(
  { ticket, assignee }: TicketState & { assignee?: User | undefined },
  { userId, at }: UnassignTicket,
): Decision<Ticket> {
  if (!ticket) return refused({ why: 'not-found', what: 'ticket' })
  if (ticket.assignee !== userId || ticket.status === 'closed' || assignee?.status === 'active')
    return unchanged(ticket)
  const { assignee: previous, ...rest } = nextVersion(ticket, at)
  return changed(
    { type: 'ticket.unassigned', data: { previous: previous ?? userId, why: 'user_deactivated' } },
    [{ operation: 'put', entity: 'ticket', ticket: rest }],
    rest,
  )
}
