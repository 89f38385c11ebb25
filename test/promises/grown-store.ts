import type { DomainEvent } from '../../domain/event.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import type { Ticket } from '../../domain/ticket.ts'
import type { User } from '../../domain/user.ts'
import { initialCheckpoint, replaceCheckpoint } from '../../tables/checkpoints.ts'
import { appendEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { putSettings, putWebhook } from '../../tables/settings.ts'
import type { Page, Store, Write } from '../../tables/store.ts'
import { putFollower, putTicket } from '../../tables/tickets.ts'
import { putUser } from '../../tables/users.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { endpoint } from '../sagas/webhook-fixture.ts'

/** What grows in the life of an installation. */
export interface Sizes {
  /** Events of the ticket. */
  history: number
  followers: number
  /** Tickets of a deactivated agent. */
  openTickets: number
  closedTickets: number
  /** Changes of the tenant's settings. */
  settings: number
  /** Tenants besides it, each with a ticket, its events, and checkpoints. */
  tenants: number
}

export const at = '2026-03-01T11:00:00.000Z'
export const ticketRef = { type: 'ticket', id: 'T1' } as const

/** A ticket with the same history, for uploads: the name of an attachment's saga is made of UUIDs. */
export const uploadTicketId = '00000000-0000-4000-8000-000000000001'

/** An event of the ticket: opened first, then commented. */
export function ticketEvent(seq: number, { tenant = 'acme', id = ticketRef.id as string } = {}): DomainEvent {
  const aggregate = { type: 'ticket', id } as const
  const envelope = { id: `${tenant}-${id}-E${seq}`, tenant, aggregate, seq, actor: 'agnes', correlationId: 'C' }
  const opened = { type: 'ticket.opened', data: { priority: 'normal', requester: 'carla', messageId: 'M' } } as const
  const commented = { type: 'ticket.comment_added', data: { messageId: 'M' } } as const
  return { ...envelope, occurredAt: at, recordedAt: at, ...(seq === 1 ? opened : commented) }
}

function ticket(facts: Partial<Ticket> = {}): Ticket {
  const header = { id: ticketRef.id, title: 'T', status: 'open', priority: 'normal', requester: 'carla' } as const
  return { ...header, version: 1, openedAt: at, updatedAt: at, ...facts }
}

function user(id: string, facts: Partial<User> = {}): User {
  return { id, role: 'agent', status: 'active', origin: 'admin', version: 1, createdAt: at, updatedAt: at, ...facts }
}

/** A store as it is after a life of these sizes. The consumers have applied all events of the ticket but the last. */
export async function grownStore(sizes: Sizes): Promise<MemoryStore> {
  const store = new MemoryStore()
  const put = async (...writes: Write[]) => {
    for (const { when: _, ...write } of writes) await store.write(write as Write)
  }
  const applied = (consumer: string, tenant: string, appliedSeq: number) => {
    const initial = initialCheckpoint(consumer, tenant, ticketRef)
    return replaceCheckpoint(initial, { ...initial, appliedSeq })
  }
  const consumers = ['project-views', 'unassign-tickets']
  const grow = async (tenant: string, history: number, appliedSeq: number) => {
    await put(putTicket(tenant, ticket({ version: history })))
    for (let seq = 1; seq <= history; seq++) await put(appendEvent(ticketEvent(seq, { tenant })))
    await put(...consumers.map((consumer) => applied(consumer, tenant, appliedSeq)))
  }
  await grow('acme', sizes.history, sizes.history - 1)
  await put(putTicket('acme', ticket({ id: uploadTicketId, version: sizes.history })))
  for (let seq = 1; seq <= sizes.history; seq++) await put(appendEvent(ticketEvent(seq, { id: uploadTicketId })))
  for (let number = 1; number <= sizes.tenants; number++) await grow(`tenant-${number}`, 3, 3)

  await put(putUser('acme', user('ann', { role: 'customer', email: 'ann@example.com' })))
  await put(putUser('acme', user('carla', { role: 'customer' })))
  await put(putUser('acme', user('gone', { status: 'deactivated', version: 2 })))
  for (let number = 1; number <= sizes.followers; number++)
    await put(putFollower('acme', { ticketId: ticketRef.id, userId: `follower-${number}`, since: at }))
  for (const [status, count] of [
    ['open', sizes.openTickets],
    ['closed', sizes.closedTickets],
  ] as const)
    for (let number = 1; number <= count; number++)
      await put(putTicket('acme', ticket({ id: `${status}-${number}`, status, assignee: 'gone' })))

  const subscriptions = [{ name: 'crm', since: 3, events: endpoint.events, from: '2026-01-01T00:00:00.000Z' }]
  const settings = { webhooks: ['crm'], subscriptions, version: sizes.settings, createdAt: at, updatedAt: at }
  await put(putSettings('acme', settings), putWebhook('acme', endpoint))
  for (let seq = 1; seq <= sizes.settings; seq++) {
    const data = { name: 'crm', events: endpoint.events }
    const change = { ...ticketEvent(2), id: `S${seq}`, aggregate: settingsOfTenant, seq }
    await put(appendEvent({ ...change, type: 'settings.webhook_put', data }))
  }
  return store
}

/** Calls by method and table, and rows read and written. */
export type Cost = Record<string, number>

/** Counts what is called from the first `reset` on. */
export function countingStore(inner: Store): { store: Store; cost: Cost; reset(): void } {
  const cost: Cost = {}
  const add = (what: string, count: number) => {
    cost[what] = (cost[what] ?? 0) + count
  }
  const store = interceptStore(inner, async (call, proceed) => {
    const answer = await proceed()
    const [first] = call.args
    const isMany = ['transactRead', 'batchRead', 'transactWrite'].includes(call.method)
    add(`${call.method} ${isMany ? '' : (first as { table: string }).table}`.trim(), 1)
    // DynamoDB filters after it has read, and charges for what it has read.
    if (call.method === 'query') {
      const { filter: _, ...unfiltered } = call.args[0]
      add('rows read', (await inner.query(unfiltered)).rows.length)
    } else if (call.method === 'scan') add('rows read', (answer as Page).rows.length)
    else if (call.method === 'get') add('rows read', 1)
    else add(call.method.endsWith('Read') ? 'rows read' : 'rows written', isMany ? (first as unknown[]).length : 1)
    return answer
  })
  return {
    store,
    cost,
    reset() {
      for (const what of Object.keys(cost)) delete cost[what]
    },
  }
}
