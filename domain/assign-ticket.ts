import { checkChangeable, nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Ticket } from './ticket.ts'
import { roomRefusal } from './ticket-limits.ts'
import { canBeAssigned, type User } from './user.ts'

export interface AssignTicket extends CommandMetadata {
  userId: string
}

/**
 * Assigns a ticket to an active agent or admin. The assignee's row is read without a condition, so that parallel assignments do not
 * contend for it: a deactivation committed in between unassigns the ticket when its event is consumed.
 */
export function assignTicket(
  state: TicketState & { assignee?: User | undefined },
  { userId, by, at }: AssignTicket,
): Decision<Ticket> {
  const current = checkChangeable(state.ticket, by)
  if ('refusal' in current) return refused(current.refusal)
  if (!state.assignee || !canBeAssigned(state.assignee)) return refused({ why: 'assignee-not-assignable', userId })
  if (current.ticket.assignee === userId) return unchanged(current.ticket)
  const full = roomRefusal(current.ticket, 'handling')
  if (full) return refused(full)
  const ticket = nextVersion(current.ticket, at, { assignee: userId })
  const previous = current.ticket.assignee
  return changed(
    { type: 'ticket.assigned', data: { assignee: userId, ...(previous && { previous }) } },
    [{ operation: 'put', entity: 'ticket', ticket }],
    ticket,
  )
}
