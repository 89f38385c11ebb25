import { type Actor, maySee } from './actor.ts'
import type { Refusal } from './decision.ts'
import type { Ticket } from './ticket.ts'

/** What a ticket command reads; more where a command names people. */
export interface TicketState {
  ticket?: Ticket | undefined
}

/**
 * Why this person may not change this ticket, if so. What one may not see is not found, never forbidden, and a closed ticket
 * changes only by being reopened.
 */
export function requireChangeable(ticket: Ticket | undefined, by: Actor): { ticket: Ticket } | { refusal: Refusal } {
  if (!ticket || !maySee(by, ticket)) return { refusal: { why: 'not-found', what: 'ticket' } }
  if (ticket.status === 'closed') return { refusal: { why: 'ticket-closed' } }
  return { ticket }
}

/** The header after one more event. */
export function nextVersion(
  ticket: Ticket,
  at: string,
  facts: Partial<Pick<Ticket, 'status' | 'assignee'>> = {},
): Ticket {
  return { ...ticket, ...facts, version: ticket.version + 1, updatedAt: at }
}
