import { type Actor, maySee } from './actor.ts'
import type { Refusal } from './decision.ts'
import type { Ticket } from './ticket.ts'

/** The rows that every ticket command reads. A command that names a user reads more. */
export interface TicketState {
  ticket?: Ticket | undefined
}

/**
 * Returns the ticket, or why this actor may not change it: a ticket that the actor may not see is `not-found`, never forbidden, and a
 * closed ticket can only be reopened.
 */
export function checkChangeable(ticket: Ticket | undefined, by: Actor): { ticket: Ticket } | { refusal: Refusal } {
  if (!ticket || !maySee(by, ticket)) return { refusal: { why: 'not-found', what: 'ticket' } }
  if (ticket.status === 'closed') return { refusal: { why: 'ticket-closed' } }
  return { ticket }
}

/** The ticket header after one more event, with the facts that the event changes. */
export function nextVersion(
  ticket: Ticket,
  at: string,
  facts: Partial<Pick<Ticket, 'status' | 'assignee' | 'followerCount'>> = {},
): Ticket {
  return { ...ticket, ...facts, version: ticket.version + 1, updatedAt: at }
}
