import { describe, expect, it } from 'vitest'
import { EventUnreadableError } from '../../app/consume/consumer.ts'
import { readRecipients } from '../../app/consumers/read-recipients.ts'
import { searchProjection } from '../../app/views/search.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { HalfApplied } from '../../proof/simulate/half-applied.ts'
import { Scheduler } from '../../proof/simulate/scheduler.ts'
import { parseEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Store, TableName, Write } from '../../tables/store.ts'
import { Api, agent, customer, otherAgent } from '../fixtures/api.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'

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

class World {
  readonly #scheduler = new Scheduler(0)
  readonly #store = new MemoryStore()
  readonly database = new HalfApplied(this.#store, this.#scheduler)
  readonly api = new Api({ store: this.#store })

  /** Makes one request whose last transaction is half applied: the rows of these tables, or with these sort keys, come late. */
  async whileLate<T>(late: readonly (TableName | 'HEADER')[], request: (api: Api) => Promise<T>): Promise<T> {
    const isLate = (write: Write | undefined) =>
      write !== undefined &&
      (late.includes(write.table) || (write.kind === 'put' && late.includes(write.row.sk as 'HEADER')))
    const store: Store = interceptStore(this.database, async (call, proceed) => {
      if (call.method !== 'transactWrite') return proceed()
      const [writes, token] = call.args
      // The registration of a newcomer comes before, in a transaction of its own.
      if (writes[0]?.table !== 'RequestKeys') return proceed()
      return this.database.apply(writes, token, { forMs, isLate: (index) => isLate(writes[index]) })
    })
    return request(this.api.withStore(store))
  }

  async untilApplied(): Promise<void> {
    this.#scheduler.after(forMs, () => {})
    await this.#scheduler.step()
  }

  async events(ticketId: string): Promise<DomainEvent[]> {
    const { rows } = await this.#store.query({ table: 'Events', partition: `TENANT#acme#TICKET#${ticketId}` })
    return rows.map(parseEvent)
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
