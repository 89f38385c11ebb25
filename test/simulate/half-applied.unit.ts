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
import { admin, agent, customer, otherAgent } from '../fixtures/api.ts'
import { HalfAppliedSystem } from '../fixtures/half-applied-system.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { projectAll } from '../views/projecting.ts'

/** What the simulation found, each with the transaction whose rows plain reads saw in the wrong order. */
describe('an event that is published while its transaction is half applied', () => {
  it('is indexed with its text, although the message could not be read yet', async () => {
    const system = new HalfAppliedSystem()
    const ticketId = await system.whileLate(['Tickets'], (api) => api.openTicket(customer))
    const [opened] = await system.events(ticketId)
    const project = () => searchProjection.project(system.database, opened as DomainEvent, 1)
    await expect(project()).rejects.toThrow(EventUnreadableError)
    await system.untilApplied()
    expect(JSON.stringify(await project())).toContain('printer')
  })

  it('notifies no one who followed later, although the header does not show yet that they do', async () => {
    const system = new HalfAppliedSystem()
    const ticketId = await system.api.openTicket(customer)
    await system.whileLate(['HEADER'], (api) =>
      api.call(agent, followTicket, { params: { ticketId, userId: agent.id } }),
    )
    await expectNoRecipients(system, ticketId)
  })

  it('notifies no one who was assigned later, although that event cannot be read yet', async () => {
    const system = new HalfAppliedSystem()
    const ticketId = await system.api.openTicket(customer)
    // Registers the agent.
    await system.api.openTicket(otherAgent)
    await system.whileLate(['Events'], (api) =>
      api.call(agent, assignTicket, { params: { ticketId }, body: { userId: otherAgent.id } }),
    )
    await expectNoRecipients(system, ticketId)
  })
})

describe('an event whose transaction is applied while its recipients are read', () => {
  it('notifies who follows by it, although the row of the follower could not be read yet', async () => {
    const system = new HalfAppliedSystem()
    const ticketId = await system.api.openTicket(customer)
    await system.api.openTicket(otherAgent)
    await system.whileLate(['FOLLOWER'], (api) =>
      api.call(agent, followTicket, { params: { ticketId, userId: otherAgent.id } }),
    )
    const followed = await system.lastEvent('TICKET', ticketId)
    const store = interceptStore(system.database, async (call, proceed) => {
      if (call.method === 'transactRead') await system.untilApplied()
      return proceed()
    })
    const { runtime } = system.api
    const recipients = await readRecipients({ store, runtime }, followed, runtime.now() + 1_000)
    expect(recipients).toEqual([customer.id, otherAgent.id])
  })
})

describe('an assignment and a deactivation that are both half applied when their events are handled', () => {
  it('leave no ticket assigned: both wait until ticket and user can be read', async () => {
    const system = new HalfAppliedSystem()
    const ticketId = await system.api.openTicket(customer)
    for (const person of [otherAgent, admin]) await system.api.openTicket(person)
    const late = ['HEADER', 'USER'] as const
    await system.whileLate(late, (api) =>
      api.call(agent, assignTicket, { params: { ticketId }, body: { userId: otherAgent.id } }),
    )
    await system.whileLate(late, (api) => api.call(admin, deactivateUser, { params: { userId: otherAgent.id } }))
    const [assigned, deactivated] = [
      await system.lastEvent('TICKET', ticketId),
      await system.lastEvent('USER', otherAgent.id),
    ]
    for (const event of [deactivated, assigned])
      await expect(unassignAfter(system, event)).rejects.toThrow('could not be read')
    await system.untilApplied()
    await unassignAfter(system, assigned)
    expect((await system.lastEvent('TICKET', ticketId)).type).toBe('ticket.unassigned')
  })
})

describe('a projection that is half applied', () => {
  it('is not taken for reflected, although its checkpoint can be read', async () => {
    const system = new HalfAppliedSystem()
    const ticketId = await system.api.openTicket(customer)
    await system.whileLate(['Views'], (api) => projectAll(api))
    const runtime = system.api.runtime
    const of = { tenant: 'acme', ticketId, seq: 1 }
    const reflected = () =>
      waitUntilReflected({ store: system.database, runtime }, { view: 'stats', generation: 1 }, of)
    expect(await reflected()).toBe('late')
    await system.untilApplied()
    expect(await reflected()).toBe('reflected')
  })
})

/** Lets `unassign-tickets` handle one event. */
async function unassignAfter({ api: { runtime }, database }: HalfAppliedSystem, event: DomainEvent): Promise<void> {
  const consumer = unassignTickets(database, runtime)
  await consumer.handle(event, { position: undefined, deadlineMs: runtime.now() + 1_000 })
}

/** The ticket's first event concerns nobody but its actor: now, and when everything is applied. */
async function expectNoRecipients(system: HalfAppliedSystem, ticketId: string): Promise<void> {
  const [opened] = await system.events(ticketId)
  const { runtime } = system.api
  const read = () => readRecipients({ store: system.database, runtime }, opened as DomainEvent, runtime.now() + 1_000)
  await expect(read()).rejects.toThrow("can't be read yet")
  await system.untilApplied()
  expect(await read()).toEqual([])
}
