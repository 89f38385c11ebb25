import { systemActor } from '../../domain/actor.ts'
import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { unassignTicket } from '../../domain/unassign-ticket.ts'
import { sha256 } from '../../tables/keys.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Row, Store } from '../../tables/store.ts'
import { parseTicket, ticketRow, ticketsQuery } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'
import { type Consumer, PoisonEventError } from '../consume/consumer.ts'
import { executeCommand } from '../execute-command.ts'

const operation = 'system unassign-tickets'

/** Tickets taken from their assignee at the same time: they are apart, so only the connection pool sets a limit. */
const ticketsAtOnce = 5

/**
 * Takes tickets from users who were deactivated, by the one write path and under a key made of the event and the
 * ticket. An assignment is not locked against a deactivation, so each looks for the other when its event comes:
 * whichever is later sees both. A closed ticket keeps its assignee, and is looked at again when it is reopened.
 */
export function unassignTickets(store: Store, runtime: Runtime): Consumer {
  async function heal(event: DomainEvent): Promise<void> {
    const { tenant, aggregate } = event
    switch (event.type) {
      case 'user.deactivated': {
        const ticketIds = await ticketsOf(store, tenant, aggregate.id)
        for (let start = 0; start < ticketIds.length; start += ticketsAtOnce) {
          const some = ticketIds.slice(start, start + ticketsAtOnce)
          await Promise.all(some.map((ticketId) => unassign(store, runtime, event, ticketId, aggregate.id)))
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

  return {
    name: 'unassign-tickets',
    async effectOf(event) {
      await heal(event)
      // The tickets' own transactions are the effect; each is idempotent by its request key.
      return []
    },
  }
}

/**
 * From the index, so possibly not the last ones yet: those are found by their own event, which comes after the
 * deactivation.
 */
async function ticketsOf(store: Store, tenant: string, userId: string): Promise<string[]> {
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

/** Leaves alone, without a trace, what is closed or has moved on. */
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
  const result = await executeCommand(store, runtime, {
    tenant,
    actor: systemActor,
    key: { tenant, operation, key: `${event.id}.${ticketId}` },
    fingerprint: sha256(JSON.stringify([operation, event.id, ticketId, userId])),
    correlationId,
    occurredAt: new Date(runtime.now()).toISOString(),
    aggregate: { type: 'ticket', id: ticketId },
    reads: { ticket: ticketRow(tenant, ticketId), assignee: userRow(tenant, userId) },
    ids: { target: ticketId, message: runtime.newId() },
    decide: (state, by) => unassignTicket(state, { userId, ...by }),
    toResponse: ({ version }) => ({ status: 200, headers: {}, body: JSON.stringify({ version }) }),
  })
  if (result.status === 'succeeded' || result.status === 'refused') return
  if (result.status === 'keyReused')
    throw new PoisonEventError(`the key of event ${event.id} and ticket ${ticketId} is taken`)
  throw new Error(`ticket ${ticketId} could not be unassigned now: ${result.status}`)
}
