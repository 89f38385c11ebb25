import type { By } from './command.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Ticket } from './ticket.ts'
import { advance, type TicketState, touch } from './touch-ticket.ts'
import { canBeAssigned, type User } from './user.ts'

export interface AssignTicket extends By {
  userId: string
}

/** Hands a ticket to an active agent. The assignee is read, not locked: a deactivation that lands in between is healed by its own event. */
export function assignTicket(
  state: TicketState & { assignee?: User | undefined },
  { userId, by, at }: AssignTicket,
): Decision<Ticket> {
  const touched = touch(state.ticket, by)
  if ('refusal' in touched) return refused(touched.refusal)
  if (!state.assignee || !canBeAssigned(state.assignee)) return refused({ why: 'assignee-not-assignable', userId })
  if (touched.ticket.assignee === userId) return unchanged(touched.ticket)
  const ticket = advance(touched.ticket, at, { assignee: userId })
  const previous = touched.ticket.assignee
  return changed(
    { type: 'ticket.assigned', data: { assignee: userId, ...(previous && { previous }) } },
    [{ row: 'ticket', ticket }],
    ticket,
  )
}
