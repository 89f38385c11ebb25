import * as z from 'zod'
import { statusChangeOf } from '../../domain/causes.ts'
import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { type Trace, traceOf } from '../../domain/trace.ts'
import { unassignTicket } from '../../domain/unassign-ticket.ts'
import { Retries } from '../../tables/retries.ts'
import { requireSnapshot } from '../../tables/snapshot.ts'
import type { Store } from '../../tables/store.ts'
import { isOpenWithoutKey, parseTicketPosition, ticketPosition, ticketRow, ticketsQuery } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'
import { type Consumer, PoisonEventError, type Portion } from '../consume/consumer.ts'
import { executeSystemCommand } from '../system-command.ts'

/** Tickets unassigned concurrently. They are separate aggregates, so only the connection pool sets a limit. */
const concurrencyMax = 5

/** Tickets of one portion: two rounds of {@link concurrencyMax}, some tenths of a second. */
const portionMax = 10

/**
 * Rows read for one portion of the tickets that the sparse index lacks: a page without any such ticket costs one read and one write of
 * the checkpoint.
 */
const earlierRowsMax = 100

/**
 * Unassigns the tickets of deactivated users, through the one write path, with an idempotency key made of event and ticket. Since an
 * assignment takes no lock on the assignee, this consumer reacts to both events, the deactivation and the assignment: whichever comes
 * later sees the effect of the other. A closed ticket keeps its assignee; it is checked when it is reopened.
 *
 * An event can arrive while its transaction, and the other one, are still being applied, so that plain reads of ticket and user miss both.
 * Therefore they are read in one snapshot.
 */
export function unassignTickets(store: Store, runtime: Runtime): Consumer {
  return {
    name: 'unassign-tickets',
    // The effect is in the tickets' own transactions, each made idempotent by its request key.
    handle: (event, { deadlineMs, position }) => unassignAfter({ store, runtime, deadlineMs, event }, position),
  }
}

interface Deps {
  store: Store
  runtime: Runtime
  /** Epoch milliseconds. */
  deadlineMs: number
}

/** The event, and what reacting to it needs. */
interface Reaction extends Deps {
  event: DomainEvent
}

async function unassignAfter(reaction: Reaction, position: string | undefined): Promise<[] | Portion> {
  const { event, store, runtime, deadlineMs } = reaction
  const { tenant, aggregate } = event
  switch (event.type) {
    case 'user.deactivated':
      return unassignPortion(reaction, position)
    case 'ticket.assigned':
      await unassign(reaction, aggregate.id, event.data.assignee)
      return []
    case 'ticket.status_changed':
    case 'ticket.corrected': {
      const isReopened = statusChangeOf(event)?.from === 'closed'
      const isReassigned = event.type === 'ticket.corrected' && event.data.to.assignee
      if (!isReopened && !isReassigned) return []
      const { ticket } = await requireSnapshot(store, new Retries(runtime, deadlineMs), {
        ticket: ticketRow(tenant, aggregate.id),
      })
      if (ticket?.assignee) await unassign(reaction, aggregate.id, ticket.assignee)
      return []
    }
    default:
      return []
  }
}

/** Where a portion begins: in which index, and after which ticket. */
const Position = z.strictObject({
  by: z.enum(['openAssignee', 'assignee']),
  after: z.strictObject({ openedAt: z.string(), id: z.string() }).optional(),
})
type Position = z.infer<typeof Position>

/**
 * Unassigns a bounded number of the user's tickets. First those that the sparse index of open tickets holds, then, from the index of all
 * their tickets, the ones that were last written before the sparse index existed. Either index may lack the latest assignments. One
 * whose event is handled after the deactivation is found then; one whose event came before, by a later round of `reconcile-data`.
 */
async function unassignPortion(reaction: Reaction, position: string | undefined): Promise<[] | Portion> {
  const { store, runtime, deadlineMs } = reaction
  const { tenant, aggregate } = reaction.event
  const { by, after }: Position = position ? Position.parse(JSON.parse(position)) : { by: 'openAssignee' }
  const filter = { by, value: aggregate.id }
  const isOpen = by === 'openAssignee'
  const page = await store.query({
    ...ticketsQuery(tenant, filter),
    limit: isOpen ? portionMax : earlierRowsMax,
    ...(!isOpen && { filter: isOpenWithoutKey }),
    after: after && ticketPosition(tenant, filter, after),
  })
  const ticketIds = page.rows.map((row) => parseTicketPosition(row).id)
  for (let start = 0; start < ticketIds.length; start += concurrencyMax) {
    if (runtime.now() >= deadlineMs) throw new Error('deadline reached within a portion: it is repeated')
    const chunk = ticketIds.slice(start, start + concurrencyMax)
    await Promise.all(chunk.map((ticketId) => unassign(reaction, ticketId, aggregate.id)))
  }
  if (page.next) return { writes: [], position: JSON.stringify({ by, after: parseTicketPosition(page.next) }) }
  return isOpen ? { writes: [], position: JSON.stringify({ by: 'assignee' }) } : []
}

function unassign({ event, ...deps }: Reaction, ticketId: string, userId: string): Promise<void> {
  const { tenant, id } = event
  return unassignDeactivated(deps, { tenant, ticketId, userId, derivedFrom: [id, ticketId], trace: traceOf(event) })
}

/** One ticket of a deactivated user, and what the command that unassigns it was derived from. */
export interface Unassignment {
  tenant: string
  ticketId: string
  userId: string
  derivedFrom: readonly string[]
  trace: Trace
}

/**
 * Unassigns one ticket, once per `derivedFrom`. Does nothing, and stores nothing, when the ticket is closed or has another assignee by now,
 * or when the user is active. Throws when the outcome is not definite; repeat it then.
 */
export async function unassignDeactivated(
  { store, runtime, deadlineMs }: Deps,
  { tenant, ticketId, userId, derivedFrom, trace }: Unassignment,
): Promise<void> {
  const reads = { ticket: ticketRow(tenant, ticketId), assignee: userRow(tenant, userId) }
  const { ticket, assignee } = await requireSnapshot(store, new Retries(runtime, deadlineMs), reads)
  if (ticket?.assignee !== userId || ticket.status === 'closed' || assignee?.status === 'active') return
  const result = await executeSystemCommand(store, runtime, {
    tenant,
    operation: 'system unassign-tickets',
    derivedFrom,
    parameters: [userId],
    deadlineMs,
    ...trace,
    aggregate: { type: 'ticket', id: ticketId },
    reads,
    decide: (state, by) => unassignTicket(state, { userId, ...by }),
  })
  if (result.status === 'succeeded' || result.status === 'refused') return
  if (result.status === 'keyReused')
    throw new PoisonEventError(`the idempotency key of ${derivedFrom.join(' and ')} was used otherwise`)
  throw new Error(`ticket ${ticketId} could not be unassigned (${result.status}): the message is delivered again`)
}
