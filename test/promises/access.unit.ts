import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { correctTicket } from '../../functions/correct-ticket/correct-ticket.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { getComment } from '../../functions/get-comment/get-comment.ts'
import { getDashboard } from '../../functions/get-dashboard/get-dashboard.ts'
import { getStats } from '../../functions/get-stats/get-stats.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { getUser } from '../../functions/get-user/get-user.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { Api, admin, agent, type Call, customer, otherCustomer, stranger } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'
import type { Person } from '../fixtures/tokens.ts'

const ticket = { title: 'Printer on fire', body: 'It burns.' }
const body = { body: 'Hello.' }

/** Every operation on one ticket. */
const ticketOperations: [name: string, endpoint: Endpoint, by: Person, call: (ticketId: string) => Call][] = [
  ['read it', getTicket, agent, (ticketId) => ({ params: { ticketId } })],
  ['list its events', listEvents, agent, (ticketId) => ({ params: { ticketId } })],
  ['list its comments', listComments, agent, (ticketId) => ({ params: { ticketId } })],
  ['read a comment', getComment, agent, (ticketId) => ({ params: { ticketId, commentId: 'c' } })],
  ['add a comment', addComment, agent, (ticketId) => ({ params: { ticketId }, body })],
  [
    'change its status',
    changeStatus,
    agent,
    (ticketId) => ({ params: { ticketId }, body: { to: 'resolved', reason: 'r' } }),
  ],
  ['assign it', assignTicket, agent, (ticketId) => ({ params: { ticketId }, body: { userId: agent.id } })],
  [
    'correct it',
    correctTicket,
    admin,
    (ticketId) => ({ params: { ticketId }, body: { corrects: { seq: 1 }, to: { priority: 'high' }, reason: 'r' } }),
  ],
  ['follow it', followTicket, agent, (ticketId) => ({ params: { ticketId, userId: agent.id } })],
  ['unfollow it', unfollowTicket, agent, (ticketId) => ({ params: { ticketId, userId: agent.id } })],
]

async function refusal(person: Person, endpoint: Endpoint, call: (ticketId: string) => Call, owner = customer) {
  const api = new Api()
  const ticketId = await api.openTicket(owner)
  const before = await dumpStore(api.store)
  const { status, json } = await api.call(person, endpoint, call(ticketId))
  expect(await dumpStore(api.store)).toEqual(before)
  return { status, type: json.type.split('/').at(-1), detail: json.detail }
}

describe("another tenant's data", () => {
  it.each(ticketOperations)(
    'is not found, with the same response as for an id that does not exist: %s',
    async (_, endpoint, by, call) => {
      const foreigner = { ...by, tenant: 'globex', role: 'admin' } as const
      const existing = await refusal(foreigner, endpoint, call)
      expect(existing).toMatchObject({ status: 404, type: 'not-found' })
      expect(await refusal(foreigner, endpoint, () => call('nowhere'))).toEqual(existing)
    },
  )

  it('is in no list, cannot be assigned, and cannot be read', async () => {
    const api = new Api()
    await api.openTicket(customer)
    const ticketId = await api.openTicket(stranger)
    await api.call(agent, createTicket, { body: ticket })
    const listed = await api.call(stranger, listTickets)
    expect(listed.json.items.map(({ id }) => id)).toEqual([ticketId])
    expect((await api.call(stranger, listTickets, { query: { requester: customer.id } })).json.items).toEqual([])
    expect((await api.call(stranger, getUser, { params: { userId: customer.id } })).status).toBe(404)
    const assigned = await api.call(stranger, assignTicket, { params: { ticketId }, body: { userId: agent.id } })
    expect(assigned).toMatchObject({ status: 422, json: { type: expect.stringMatching('assignee-not-assignable') } })
    const deactivated = await api.call(stranger, deactivateUser, { params: { userId: customer.id } })
    expect(deactivated.status).toBe(404)
  })
})

describe('a customer', () => {
  const mayNot = ticketOperations.filter(([, endpoint]) => endpoint.roles.includes('customer'))

  it.each(mayNot)("cannot find another customer's ticket: %s", async (_, endpoint, _by, call) => {
    expect(await refusal(otherCustomer, endpoint, call)).toMatchObject({ status: 404, type: 'not-found' })
  })

  it('lists only their own tickets, whatever the filters say', async () => {
    const api = new Api()
    const own = [await api.openTicket(customer), await api.openTicket(customer)]
    await api.openTicket(otherCustomer)
    const ids = async (query: Record<string, string>) =>
      (await api.call(customer, listTickets, { query })).json.items.map(({ id }) => id).toSorted()
    expect(await ids({})).toEqual(own.toSorted())
    expect(await ids({ status: 'open' })).toEqual(own.toSorted())
    expect(await ids({ requester: customer.id })).toEqual(own.toSorted())
    expect(await ids({ requester: otherCustomer.id })).toEqual([])
  })

  it('sees no other user', async () => {
    const api = new Api()
    await api.openTicket(customer)
    await api.openTicket(agent)
    expect((await api.call(customer, getUser, { params: { userId: customer.id } })).json).toMatchObject({
      role: 'customer',
    })
    expect((await api.call(customer, getUser, { params: { userId: agent.id } })).status).toBe(404)
    expect((await api.call(agent, getUser, { params: { userId: customer.id } })).status).toBe(200)
  })

  it('can add and remove only themselves as a follower of their ticket', async () => {
    const follower = (userId: string) => (ticketId: string) => ({ params: { ticketId, userId } })
    expect(await refusal(customer, followTicket, follower(agent.id))).toMatchObject({ status: 403, type: 'forbidden' })
    expect(await refusal(customer, unfollowTicket, follower(agent.id))).toMatchObject({
      status: 403,
      type: 'forbidden',
    })
  })
})

describe('a role', () => {
  const forbidden: [role: string, operation: string, Person, Endpoint, (ticketId: string) => Call][] = [
    [
      'customer',
      'change a status',
      customer,
      changeStatus,
      (ticketId) => ({ params: { ticketId }, body: { to: 'resolved', reason: 'r' } }),
    ],
    [
      'customer',
      'assign a ticket',
      customer,
      assignTicket,
      (ticketId) => ({ params: { ticketId }, body: { userId: customer.id } }),
    ],
    ['customer', 'create a user', customer, createUser, () => ({ body: { id: 'new', role: 'agent' } })],
    ['customer', 'deactivate a user', customer, deactivateUser, () => ({ params: { userId: customer.id } })],
    ['customer', 'read the stats', customer, getStats, () => ({})],
    [
      'agent',
      'correct a ticket',
      agent,
      correctTicket,
      (ticketId) => ({ params: { ticketId }, body: { corrects: { seq: 1 }, to: { priority: 'high' }, reason: 'r' } }),
    ],
    ['customer', 'read the dashboard', customer, getDashboard, () => ({})],
    ['agent', 'create a user', agent, createUser, () => ({ body: { id: 'new', role: 'agent' } })],
    ['agent', 'deactivate a user', agent, deactivateUser, () => ({ params: { userId: customer.id } })],
  ]

  it.each(forbidden)('does not allow what it should not: a %s cannot %s', async (_, __, person, endpoint, call) => {
    expect(await refusal(person, endpoint, call)).toMatchObject({ status: 403, type: 'forbidden' })
  })
})
