import { maySee } from '../../domain/actor.ts'
import type { Ticket } from '../../domain/ticket.ts'
import type { Store } from '../../tables/store.ts'
import { ticketRow } from '../../tables/tickets.ts'
import type { Caller } from './authenticate.ts'
import { readOrConfirmAbsent } from './read-or-confirm-absent.ts'
import { toProblem } from './refusal-problems.ts'

/** The ticket. Throws `not-found`, and the same whether it does not exist, is another tenant's, or is hidden from the caller. */
export async function readVisibleTicket(store: Store, { tenant, actor }: Caller, id: string): Promise<Ticket> {
  const ticket = await readOrConfirmAbsent(store, ticketRow(tenant, id))
  if (!ticket || !maySee(actor, ticket)) throw toProblem({ why: 'not-found', what: 'ticket' })
  return ticket
}
