import { describe, expect, it } from 'vitest'
import { EventUnreadableError } from '../../app/consume/consumer.ts'
import { readRecipients } from '../../app/consumers/read-recipients.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import { searchProjection } from '../../app/views/search.ts'
import { waitUntilReflected } from '../../app/views/view-reader.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { HalfApplied } from '../../proof/simulate/half-applied.ts'
import { Scheduler } from '../../proof/simulate/scheduler.ts'
import { parseEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Store, TableName, Write } from '../../tables/store.ts'
import { Api, admin, agent, customer, otherAgent } from '../fixtures/api.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { projectAll } from '../views/projecting.ts'

const forMs = 100

/** What the simulation found, each with the transaction whose rows plain reads saw in the wrong order. */
describe('an event that is published while its transaction is half applied', () => {
  it('is indexed with its text, although the message could not be read yet', async () => {
    const world = new World()
    const ticketId = await world.whileLate(['Tickets'], (api) => api.openTicket(customer))
    const [opened] = await world.events(ticketId)
    const project = () => searchProjection.project(world.database, opened as DomainEvent, 1)
    await expect(project()).rejects.toThrow(EventUnreadableError)
    await world.untilApplied()
    expect(JSON.stringify(await project())).toContain('printer')
  })

  it('notifies no one who followed later, although the header does not show yet that they do', async () => {
    const world = new World()
    const ticketId = await world.api.openTicket(customer)
    await world.whileLate(['HEADER'], (api) =>
      api.call(agent, followTicket, { params: { ticketId, userId: agent.id } }),
    )
    await world.expectNoRecipients(ticketId)
  })

  it('notifies no one who was assigned later, although that event cannot be read yet', async () => {
    const world = new World()
    const ticketId = await world.api.openTicket(customer)
    // Registers the agent.
    await world.api.openTicket(otherAgent)
    await world.whileLate(['Events'], (api) =>
      api.call(agent, assignTicket, { params: { ticketId }, body: { userId: otherAgent.id } }),
    )
    await world.expectNoRecipients(ticketId)
  })
})

describe('an event whose transaction is applied while its recipients are read', () => {
  it('notifies who follows by it, although the row of the follower could not be read yet', async () => {
    const world = new World()
    const ticketId = await world.api.openTicket(customer)
    await world.api.openTicket(otherAgent)
    await world.whileLate(['FOLLOWER'], (api) =>
      api.call(agent, followTicket, { params: { ticketId, userId: otherAgent.id } }),
    )
    const followed = await world.lastEvent('TICKET', ticketId)
    const store = interceptStore(world.database, async (call, proceed) => {
      if (call.method === 'transactRead') await world.untilApplied()
      return proceed()
    })
    const { runtime } = world.api
    const recipients = await readRecipients({ store, runtime }, followed, runtime.now() + 1_000)
    expect(recipients).toEqual([customer.id, otherAgent.id])
  })
})

describe('an assignment and a deactivation that are both half applied when their events are handled', () => {
  it('leave no ticket assigned: both wait until ticket and user can be read', async () => {
    const world = new World()
    const ticketId = await world.api.openTicket(customer)
    for (const person of [otherAgent, admin]) await world.api.openTicket(person)
    const late = ['HEADER', 'USER'] as const
    await world.whileLate(late, (api) =>
      api.call(agent, assignTicket, { params: { ticketId }, body: { userId: otherAgent.id } }),
    )
    await world.whileLate(late, (api) => api.call(admin, deactivateUser, { params: { userId: otherAgent.id } }))
    const [assigned, deactivated] = [
      await world.lastEvent('TICKET', ticketId),
      await world.lastEvent('USER', otherAgent.id),
    ]
    for (const event of [deactivated, assigned])
      await expect(world.unassignAfter(event)).rejects.toThrow('were being written')
    await world.untilApplied()
    await world.unassignAfter(assigned)
    expect((await world.lastEvent('TICKET', ticketId)).type).toBe('ticket.unassigned')
  })
})

describe('a projection that is half applied', () => {
  it('is not taken for reflected, although its checkpoint can be read', async () => {
    const world = new World()
    const ticketId = await world.api.openTicket(customer)
    await world.whileLate(['Views'], (api) => projectAll(api))
    const runtime = world.api.runtime
    const of = { tenant: 'acme', ticketId, seq: 1 }
    const reflected = () => waitUntilReflected({ store: world.database, runtime }, { view: 'stats', generation: 1 }, of)
    expect(await reflected()).toBe('late')
    await world.untilApplied()
    expect(await reflected()).toBe('reflected')
  })
})

class World {
  readonly #scheduler = new Scheduler(0)
  readonly #store = new MemoryStore()
  readonly database = new HalfApplied(this.#store, this.#scheduler)
  readonly api = new Api({ store: this.#store })

  /** Makes one request whose last transaction is half applied: the rows of these tables, or with these kinds of sort key, come late. */
  async whileLate<T>(
    late: readonly (TableName | 'HEADER' | 'USER' | 'FOLLOWER')[],
    request: (api: Api) => Promise<T>,
  ): Promise<T> {
    const isLate = (write: Write | undefined) => {
      const kind = write?.kind === 'put' ? String(write.row.sk).replace(/#.*/, '') : ''
      return late.some((name) => name === write?.table || name === kind)
    }
    const store: Store = interceptStore(this.database, async (call, proceed) => {
      if (call.method !== 'transactWrite') return proceed()
      const [writes, token] = call.args
      // The registration of a newcomer comes before, in a transaction of its own.
      if (!['RequestKeys', 'Receipts'].includes(writes[0]?.table ?? '')) return proceed()
      return this.database.apply(writes, token, { forMs, isLate: (index) => isLate(writes[index]) })
    })
    return request(this.api.withStore(store))
  }

  async untilApplied(): Promise<void> {
    this.#scheduler.after(forMs, () => {})
    await this.#scheduler.step()
  }

  async events(id: string, type: 'TICKET' | 'USER' = 'TICKET'): Promise<DomainEvent[]> {
    const { rows } = await this.#store.query({ table: 'Events', partition: `TENANT#acme#${type}#${id}` })
    return rows.map(parseEvent)
  }

  async lastEvent(type: 'TICKET' | 'USER', id: string): Promise<DomainEvent> {
    return (await this.events(id, type)).at(-1) as DomainEvent
  }

  /** Lets `unassign-tickets` handle one event. */
  async unassignAfter(event: DomainEvent): Promise<void> {
    const { runtime } = this.api
    const consumer = unassignTickets(this.database, runtime)
    await consumer.handle(event, { position: undefined, deadlineMs: runtime.now() + 1_000 })
  }

  /** The ticket's first event concerns nobody but its actor: now, and when everything is applied. */
  async expectNoRecipients(ticketId: string): Promise<void> {
    const [opened] = await this.events(ticketId)
    const runtime = this.api.runtime
    const read = () => readRecipients({ store: this.database, runtime }, opened as DomainEvent, runtime.now() + 1_000)
    await expect(read()).rejects.toThrow("can't be read yet")
    await this.untilApplied()
    expect(await read()).toEqual([])
  }
}
