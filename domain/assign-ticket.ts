import { nextVersion, requireChangeable, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Ticket } from './ticket.ts'
import { canBeAssigned, type User } from './user.ts'

export interface AssignTicket extends CommandMetadata {
  userId: string
}

/** Hands a ticket to an active agent. The assignee is read, not locked: a deactivation that lands in between is healed by its own event. */
export function assignTicket(
  state: TicketState & { assignee?: User | undefined },
  { userId, by, at }: AssignTicket,
): Decision<Ticket> {
  const current = requireChangeable(state.ticket, by)
  if ('refusal' in current) return refused(current.refusal)
  if (!state.assignee || !canBeAssigned(state.assignee)) return refused({ why: 'assignee-not-assignable', userId })
  if (current.ticket.assignee === userId) return unchanged(current.ticket)
  const ticket = nextVersion(current.ticket, at, { assignee: userId })
  const previous = current.ticket.assignee
  return changed(
    { type: 'ticket.assigned', data: { assignee: userId, ...(previous && { previous }) } },
    [{ operation: 'put', entity: 'ticket', ticket }],
    ticket,
  )
}
