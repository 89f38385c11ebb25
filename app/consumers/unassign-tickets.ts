import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { unassignTicket } from '../../domain/unassign-ticket.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Row, Store } from '../../tables/store.ts'
import { parseTicket, ticketRow, ticketsQuery } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'
import { type Consumer, PoisonEventError } from '../consume/consumer.ts'
import { executeSystemCommand } from '../system-command.ts'

/** Tickets unassigned concurrently. They are separate aggregates, so only the connection pool sets a limit. */
const concurrencyMax = 5

/**
 * Unassigns the tickets of deactivated users, through the one write path, with an idempotency key made of event and ticket. Since an
 * assignment takes no lock on the assignee, this consumer reacts to both events, the deactivation and the assignment: whichever comes
 * later sees the effect of the other. A closed ticket keeps its assignee; it is checked when it is reopened.
 */
export function unassignTickets(store: Store, runtime: Runtime): Consumer {
  return {
    name: 'unassign-tickets',
    async handle(event) {
      await unassignAfter(store, runtime, event)
      // The effect is in the tickets' own transactions, each made idempotent by its request key.
      return []
    },
  }
}

async function unassignAfter(store: Store, runtime: Runtime, event: DomainEvent): Promise<void> {
  const { tenant, aggregate } = event
  switch (event.type) {
    case 'user.deactivated': {
      const ticketIds = await assignedTicketIds(store, tenant, aggregate.id)
      for (let start = 0; start < ticketIds.length; start += concurrencyMax) {
        const chunk = ticketIds.slice(start, start + concurrencyMax)
        await Promise.all(chunk.map((ticketId) => unassign(store, runtime, event, ticketId, aggregate.id)))
      }
      return
    }
    case 'ticket.assigned':
      return unassignIfDeactivated(store, runtime, event, event.data.assignee)
    case 'ticket.status_changed': {
      if (event.data.from !== 'closed') return
      const { assignee } = (await readRow(store, ticketRow(tenant, aggregate.id))) ?? {}
      if (assignee) await unassignIfDeactivated(store, runtime, event, assignee)
      return
    }
    default:
      return
  }
}

/** The index may lack the latest assignments; their own events come after the deactivation and find them. */
async function assignedTicketIds(store: Store, tenant: string, userId: string): Promise<string[]> {
  const ids: string[] = []
  let after: Row | undefined
  do {
    const page = await store.query({ ...ticketsQuery(tenant, { by: 'assignee', value: userId }), after })
    ids.push(...page.rows.map((row) => parseTicket(row).id))
    after = page.next
  } while (after)
  return ids
}

async function unassignIfDeactivated(
  store: Store,
  runtime: Runtime,
  event: DomainEvent,
  userId: string,
): Promise<void> {
  const user = await readRow(store, userRow(event.tenant, userId))
  if (user?.status === 'active') return
  await unassign(store, runtime, event, event.aggregate.id, userId)
}

/** Does nothing, and stores nothing, when the ticket is closed or has another assignee by now. */
async function unassign(
  store: Store,
  runtime: Runtime,
  event: DomainEvent,
  ticketId: string,
  userId: string,
): Promise<void> {
  const { tenant, correlationId } = event
  const ticket = await readRow(store, ticketRow(tenant, ticketId))
  if (ticket?.assignee !== userId || ticket.status === 'closed') return
  const result = await executeSystemCommand(store, runtime, {
    tenant,
    operation: 'system unassign-tickets',
    derivedFrom: [event.id, ticketId],
    parameters: [userId],
    correlationId,
    aggregate: { type: 'ticket', id: ticketId },
    reads: { ticket: ticketRow(tenant, ticketId), assignee: userRow(tenant, userId) },
    decide: (state, by) => unassignTicket(state, { userId, ...by }),
  })
  if (result.status === 'succeeded' || result.status === 'refused') return
  if (result.status === 'keyReused')
    throw new PoisonEventError(`the idempotency key of event ${event.id} and ticket ${ticketId} was used otherwise`)
  throw new Error(`ticket ${ticketId} could not be unassigned (${result.status}): the message is delivered again`)
}
