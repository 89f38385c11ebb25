import { maySee } from '../../domain/actor.ts'
import type { Ticket } from '../../domain/ticket.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'
import { ticketRow } from '../../tables/tickets.ts'
import type { Caller } from './authenticate.ts'
import { problemOf } from './problem.ts'

/** The ticket, if it is in the caller's tenant and the caller may see it. Throws `not-found`, without a hint which of these fails. */
export async function visibleTicket(store: Store, { tenant, actor }: Caller, id: string): Promise<Ticket> {
  const ticket = await readRow(store, ticketRow(tenant, id))
  if (!ticket || !maySee(actor, ticket)) throw problemOf({ why: 'not-found', what: 'ticket' })
  return ticket
}
