import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import { executeCommand } from '../../app/execute-command.ts'
import { systemActor } from '../../domain/actor.ts'
import { assignTicket } from '../../domain/assign-ticket.ts'
import { changeStatus } from '../../domain/change-status.ts'
import type { CommandMetadata } from '../../domain/command-metadata.ts'
import { type CreateUserState, createUser } from '../../domain/create-user.ts'
import { deactivateUser } from '../../domain/deactivate-user.ts'
import type { Decision } from '../../domain/decision.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { openTicket } from '../../domain/open-ticket.ts'
import { sha256Hex } from '../../domain/sha256.ts'
import type { Ticket } from '../../domain/ticket.ts'
import type { User } from '../../domain/user.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { readEvents } from '../../tables/events.ts'
import type { RowRead } from '../../tables/keys.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Store } from '../../tables/store.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'
import { CountingObserver, eventBatch } from './fixtures.ts'

export const tenant = 'acme'

export let store: MemoryStore
export let runtime: ManualRuntime
export let observer: CountingObserver

/** Begins anew, with an empty store and two agents. */
export async function reset(): Promise<void> {
  store = new MemoryStore()
  runtime = new ManualRuntime()
  observer = new CountingObserver()
  await agents()
}

/** Executes a command as an admin, as an endpoint would. Returns the event that it made. */
async function decided<State>(
  type: 'ticket' | 'user',
  id: string,
  decide: (state: State, by: CommandMetadata) => Decision<unknown>,
  people: string[] = [],
): Promise<DomainEvent> {
  const assignee = people[0]
  const reads: Record<string, RowRead<unknown>> = {
    [type]: type === 'ticket' ? ticketRow(tenant, id) : userRow(tenant, id),
    ...(assignee && { assignee: userRow(tenant, assignee) }),
  }
  const key = runtime.newId()
  const result = await executeCommand(store, runtime, {
    tenant,
    actor: systemActor,
    key: { tenant, operation: 'test', key },
    fingerprint: sha256Hex(key),
    correlationId: 'c1',
    receivedAt: new Date(runtime.now()).toISOString(),
    aggregate: { type, id },
    reads,
    ids: { target: id, message: runtime.newId() },
    decide: (state, by) => decide(state as State, by),
    toResponse: () => ({ status: 200, headers: {}, body: '' }),
  })
  if (result.status !== 'succeeded') throw new Error(JSON.stringify(result))
  const event = (await readEvents(store, tenant, { type, id })).at(-1)
  if (!event) throw new Error('no event')
  return event
}

async function agents(): Promise<void> {
  for (const id of ['agnes', 'arno'])
    await decided<CreateUserState>('user', id, (state, by) => createUser(state, { id, role: 'agent', ...by }))
}

export const opened = (id: string) =>
  decided('ticket', id, (_, by) => openTicket({}, { title: 'T', body: 'B', priority: 'normal', ...by }))
export const assigned = (id: string, userId: string) =>
  decided<{ ticket: Ticket; assignee: User }>('ticket', id, (state, by) => assignTicket(state, { userId, ...by }), [
    userId,
  ])
export const moved = (id: string, to: Ticket['status']) =>
  decided<{ ticket: Ticket }>('ticket', id, (state, by) => changeStatus(state, { to, reason: 'why', ...by }))
export const deactivated = (userId: string) =>
  decided<{ user: User }>('user', userId, (state, by) => deactivateUser(state, { userId, ...by }))

export async function deliver(events: readonly DomainEvent[], on: Store = store, receiveCount = 1): Promise<number> {
  const deps = { store: on, runtime, observer }
  const consumer = unassignTickets(on, runtime)
  const batch = eventBatch(events, receiveCount)
  const { batchItemFailures } = await consumeBatch(deps, consumer, batch, runtime.now() + 8_000)
  return batchItemFailures.length
}

/** Counts request keys: a consumer with nothing to change executes no command. */
export async function countRequestKeys(): Promise<number> {
  return (await store.scan({ table: 'RequestKeys' })).rows.length
}

export async function ticket(id: string): Promise<Ticket> {
  const read = ticketRow(tenant, id)
  return read.parse((await store.get(read)) ?? {})
}
