import { beforeEach, describe, expect, it } from 'vitest'
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
import type { Ticket } from '../../domain/ticket.ts'
import type { User } from '../../domain/user.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { commit } from '../../tables/commit.ts'
import { readEvents } from '../../tables/events.ts'
import { type RowRead, sha256 } from '../../tables/keys.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { requestKeyHash } from '../../tables/request-keys.ts'
import type { Query, Store } from '../../tables/store.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'
import { type Call, type Fault, FaultyStore } from './faults.ts'
import { CountingObserver, eventBatch } from './fixtures.ts'

const tenant = 'acme'

let store: MemoryStore
let runtime: ManualRuntime
let observer: CountingObserver

beforeEach(async () => {
  store = new MemoryStore()
  runtime = new ManualRuntime()
  observer = new CountingObserver()
  await agents()
})

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
    fingerprint: sha256(key),
    correlationId: 'c1',
    occurredAt: new Date(runtime.now()).toISOString(),
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

const opened = (id: string) =>
  decided('ticket', id, (_, by) => openTicket({}, { title: 'T', body: 'B', priority: 'normal', ...by }))
const assigned = (id: string, userId: string) =>
  decided<{ ticket: Ticket; assignee: User }>('ticket', id, (state, by) => assignTicket(state, { userId, ...by }), [
    userId,
  ])
const moved = (id: string, to: Ticket['status']) =>
  decided<{ ticket: Ticket }>('ticket', id, (state, by) => changeStatus(state, { to, reason: 'why', ...by }))
const deactivated = (userId: string) =>
  decided<{ user: User }>('user', userId, (state, by) => deactivateUser(state, { userId, ...by }))

async function deliver(events: readonly DomainEvent[], on: Store = store): Promise<number> {
  const deps = { store: on, runtime, observer }
  const consumer = unassignTickets(on, runtime)
  const { batchItemFailures } = await consumeBatch(deps, consumer, eventBatch(events), runtime.now() + 8_000)
  return batchItemFailures.length
}

/** Counts request keys: a consumer with nothing to change executes no command. */
async function countRequestKeys(): Promise<number> {
  return (await store.scan({ table: 'RequestKeys' })).rows.length
}

async function ticket(id: string): Promise<Ticket> {
  const read = ticketRow(tenant, id)
  return read.parse((await store.get(read)) ?? {})
}

describe('a deactivated user', () => {
  it('is unassigned from all of their tickets, and nobody else is', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `t${index}`)
    for (const id of ids) {
      await opened(id)
      await assigned(id, id === 't3' ? 'arno' : 'agnes')
    }
    const deactivation = await deactivated('agnes')
    expect(await deliver([deactivation])).toBe(0)
    const assignees = await Promise.all(ids.map(async (id) => (await ticket(id)).assignee))
    expect(assignees.filter(Boolean)).toEqual(['arno'])
    const history = await readEvents(store, tenant, { type: 'ticket', id: 't1' })
    expect(history.at(-1)).toMatchObject({
      type: 'ticket.unassigned',
      actor: systemActor.id,
      data: { previous: 'agnes', why: 'user_deactivated' },
      correlationId: 'c1',
      seq: 3,
      requestKeyHash: requestKeyHash({ tenant, operation: 'system unassign-tickets', key: `${deactivation.id}.t1` }),
    })
  })

  it('stays assigned to a closed ticket until it is reopened', async () => {
    await opened('t1')
    await assigned('t1', 'agnes')
    await moved('t1', 'resolved')
    await moved('t1', 'closed')
    const deactivation = await deactivated('agnes')
    const keysBefore = await countRequestKeys()
    await deliver([deactivation])
    expect(await ticket('t1')).toMatchObject({ assignee: 'agnes', version: 4 })
    expect(await countRequestKeys()).toBe(keysBefore)
    await deliver([await moved('t1', 'open')])
    expect((await ticket('t1')).assignee).toBeUndefined()
  })

  it('is unassigned from a ticket whose assignment was decided before the deactivation and committed after it', async () => {
    await opened('t1')
    const before = await ticket('t1')
    const deactivation = await deactivated('agnes')
    await deliver([deactivation])
    const late = { ...before, assignee: 'agnes', version: 2 }
    const event: DomainEvent = {
      ...deactivation,
      id: 'late',
      aggregate: { type: 'ticket', id: 't1' },
      type: 'ticket.assigned',
      data: { assignee: 'agnes' },
    }
    const kept = await commit(store, runtime, {
      tenant,
      changes: [{ operation: 'put', entity: 'ticket', ticket: late }],
      event,
    })
    expect(kept.status).toBe('committed')
    await deliver([event])
    expect(await ticket('t1')).toMatchObject({ version: 3 })
    expect((await ticket('t1')).assignee).toBeUndefined()
  })

  it('is unassigned from a ticket that the index lacked, when the event of the assignment arrives', async () => {
    await opened('t1')
    const assignment = await assigned('t1', 'agnes')
    const deactivation = await deactivated('agnes')
    const lagging = new (class extends FaultyStore {
      override async query(query: Query) {
        return query.index ? { rows: [] } : super.query(query)
      }
    })(store, () => 'none')
    await deliver([deactivation], lagging)
    expect((await ticket('t1')).assignee).toBe('agnes')
    await deliver([assignment], lagging)
    expect((await ticket('t1')).assignee).toBeUndefined()
  })
})

describe('an active user', () => {
  it('stays assigned, whatever events arrive', async () => {
    await opened('t1')
    const events = [await assigned('t1', 'agnes'), await moved('t1', 'resolved'), await moved('t1', 'closed')]
    events.push(await moved('t1', 'open'))
    const keysBefore = await countRequestKeys()
    await deliver(events)
    expect(await ticket('t1')).toMatchObject({ assignee: 'agnes', version: 5 })
    expect(await countRequestKeys()).toBe(keysBefore)
  })

  it('stays assigned to a ticket taken over from a deactivated user', async () => {
    await opened('t1')
    const assignment = await assigned('t1', 'agnes')
    const deactivation = await deactivated('agnes')
    await assigned('t1', 'arno')
    await deliver([assignment, deactivation])
    expect(await ticket('t1')).toMatchObject({ assignee: 'arno', version: 3 })
  })
})

describe('the event of a deactivation', () => {
  async function prepared(): Promise<DomainEvent> {
    for (const id of ['t1', 't2', 't3']) {
      await opened(id)
      await assigned(id, 'agnes')
    }
    return deactivated('agnes')
  }

  async function versions(): Promise<number[]> {
    return Promise.all(['t1', 't2', 't3'].map(async (id) => (await ticket(id)).version))
  }

  it('unassigns each ticket once when it is delivered twice, or to two copies at once', async () => {
    const event = await prepared()
    await Promise.all([deliver([event]), deliver([event])])
    await deliver([event])
    expect(await versions()).toEqual([3, 3, 3])
  })

  it.each(['crash-before', 'crash-after', 'lost-before', 'lost-after', 'conflict'] as const)(
    'unassigns each ticket once when any database call meets “%s”',
    async (fault) => {
      let faultsMet = 0
      for (let at = 1; at <= 40; at++) {
        store = new MemoryStore()
        await agents()
        const event = await prepared()
        let calls = 0
        const faultOf = (_: Call): Fault => (++calls === at ? fault : 'none')
        const failed = await deliver([event], new FaultyStore(store, faultOf))
        if (calls >= at) faultsMet++
        if (failed > 0) expect(await deliver([event])).toBe(0)
        expect(await versions()).toEqual([3, 3, 3])
      }
      expect(faultsMet).toBeGreaterThan(8)
    },
  )
})
