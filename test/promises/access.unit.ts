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
import { getOpenapi } from '../../functions/get-openapi/get-openapi.ts'
import { getStats } from '../../functions/get-stats/get-stats.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { getUser } from '../../functions/get-user/get-user.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { endpoints } from '../../proof/openapi/endpoints.ts'
import { readEvents } from '../../tables/events.ts'
import { Api, admin, agent, type Call, customer, otherAgent, otherCustomer, stranger } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'
import { type Person, signToken, unsignedToken } from '../fixtures/tokens.ts'

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

  it('is in no list, can not be assigned, and can not be read', async () => {
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

  it.each(mayNot)("can not find another customer's ticket: %s", async (_, endpoint, _by, call) => {
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

  it.each(forbidden)('does not allow what it should not: a %s can not %s', async (_, __, person, endpoint, call) => {
    expect(await refusal(person, endpoint, call)).toMatchObject({ status: 403, type: 'forbidden' })
  })
})

describe('a person with a valid token', () => {
  it('is registered as a user by their first write, exactly once and with an event', async () => {
    const api = new Api()
    await Promise.all([api.openTicket(customer), api.openTicket(customer), api.openTicket(customer)])
    const user = await api.call(customer, getUser, { params: { userId: customer.id } })
    expect(user).toMatchObject({ status: 200, headers: { ETag: '"1"' } })
    expect(user.json).toMatchObject({ id: customer.id, role: 'customer', status: 'active', name: null, email: null })
    const events = await readEvents(api.store, 'acme', { type: 'user', id: customer.id })
    expect(events).toMatchObject([{ type: 'user.registered', seq: 1, actor: customer.id }])
  })

  it('can assign a ticket to themselves, or follow it, with their first write', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    const assigned = await api.call(agent, assignTicket, { params: { ticketId }, body: { userId: agent.id } })
    expect(assigned).toMatchObject({ status: 200, json: { assignee: agent.id } })
    expect((await api.call(otherAgent, followTicket, { params: { ticketId, userId: otherAgent.id } })).status).toBe(200)
  })

  it('is not registered by a write that is refused', async () => {
    const api = new Api()
    const response = await api.call(agent, addComment, { params: { ticketId: 'nowhere' }, body })
    expect(response.status).toBe(404)
    expect((await api.call(admin, getUser, { params: { userId: agent.id } })).status).toBe(404)
  })

  it('is completed by an admin, once, with an e-mail address that nobody else has', async () => {
    const api = new Api()
    await api.openTicket(customer)
    const create = { body: { id: customer.id, role: 'customer', name: 'Carla', email: 'Carla@example.com' } }
    const created = await api.call(admin, createUser, create)
    expect(created).toMatchObject({ status: 201, headers: { ETag: '"2"', Location: '/api/users/carla' } })
    expect(await api.call(admin, createUser, create)).toMatchObject({ status: 409 })
    const taken = await api.call(admin, createUser, { body: { id: 'x', role: 'agent', email: 'carla@EXAMPLE.com' } })
    expect(taken.json).toMatchObject({ type: expect.stringMatching('email-taken'), retryable: false })
  })

  it('has an e-mail address of their own, even when it is requested for three people at once', async () => {
    const api = new Api()
    await api.openTicket(admin)
    const create = (id: string) =>
      api.call(admin, createUser, { body: { id, role: 'agent', email: 'one@example.com' } })
    const statuses = (await Promise.all(['a', 'b', 'c'].map(create))).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([201, 409, 409])
  })
})

describe('a deactivated user', () => {
  const deactivated = {
    status: 403,
    json: { type: 'https://steadfast.dev/problems/user-deactivated', retryable: false },
  }

  it('can change nothing', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    const before = await dumpStore(api.store)
    const comment = await api.call(customer, addComment, { params: { ticketId }, body })
    expect(comment).toMatchObject(deactivated)
    expect(await dumpStore(api.store)).toEqual(before)
  })

  const reads = endpoints.filter(({ operation, roles }) => operation.startsWith('GET') && roles !== 'anyone')

  it.each(reads.map((endpoint) => [endpoint.operation, endpoint] as const))(
    'can read nothing, whether it exists or not: %s',
    async (_, endpoint) => {
      const api = new Api()
      await api.openTicket(admin)
      const ticketId = await api.openTicket(agent)
      for (const id of [ticketId, 'nowhere']) {
        const all = { ticketId: id, userId: agent.id, commentId: id, attachmentId: id, sagaId: id, resumptionId: id }
        const names = [...endpoint.operation.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
        const call = {
          params: Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name))),
          query: endpoint.query && 'q' in endpoint.query.shape ? { q: 'word' } : {},
        }
        const leaver = { ...(endpoint.roles.includes('agent') ? agent : admin), id: `leaver-${id}` }
        expect((await api.call(leaver, endpoint, call)).json.type).not.toBe(deactivated.json.type)
        await api.openTicket(leaver)
        expect((await api.call(leaver, endpoint, call)).json.type).not.toBe(deactivated.json.type)
        await api.call(admin, deactivateUser, { params: { userId: leaver.id } })
        expect(await api.call(leaver, endpoint, call)).toMatchObject(deactivated)
      }
    },
  )

  it('can read nothing, not even in a tenant where someone else of the same id is active', async () => {
    const api = new Api()
    await api.openTicket(customer)
    await api.openTicket({ ...customer, tenant: 'globex' })
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    expect(await api.call(customer, listTickets)).toMatchObject(deactivated)
    expect((await api.call({ ...customer, tenant: 'globex' }, listTickets)).json.items).toHaveLength(1)
  })

  it('is answered the first response to a request that took effect before, but nothing about a reused key', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    const request = { params: { ticketId }, body, key: 'k' }
    const first = await api.call(customer, addComment, request)
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    const replayed = await api.call(customer, addComment, request)
    expect([replayed.status, replayed.text, replayed.headers['Idempotent-Replayed']]).toEqual([201, first.text, 'true'])
    expect(await api.call(customer, addComment, { ...request, body: { body: 'Other.' } })).toMatchObject(deactivated)
  })

  it('learns nothing about tickets that they may not see', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(otherCustomer)
    await api.openTicket(customer)
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    const seen = await api.call(customer, addComment, { params: { ticketId }, body })
    const nowhere = await api.call(customer, addComment, { params: { ticketId: 'nowhere' }, body })
    expect(seen.json.detail).toBe(nowhere.json.detail)
  })

  it('stays as they are when they are deactivated again', async () => {
    const api = new Api()
    await api.openTicket(customer)
    const first = await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    const again = await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    expect([first.json, again.json]).toMatchObject([{ status: 'deactivated', version: 2 }, { version: 2 }])
  })
})

describe('a token', () => {
  const claims = { sub: customer.id, tenant: 'acme', role: 'customer' }
  const extended = { header: { b64: true, crit: ['b64'] } }
  const invalid: [name: string, authorization: () => Promise<string | string[]>][] = [
    ['is missing', async () => []],
    ['has another scheme', async () => 'Basic YTpi'],
    ['is not a JWT', async () => 'Bearer nonsense'],
    ['is sent twice', async () => [`Bearer ${await signToken(claims)}`, `Bearer ${await signToken(claims)}`]],
    ['is unsigned (alg none)', async () => `Bearer ${unsignedToken(claims)}`],
    ['is signed by another key', async () => `Bearer ${await signToken(claims, { signedBy: 'another key' })}`],
    ['names an unknown key', async () => `Bearer ${await signToken(claims, { keyId: 'unknown' })}`],
    ['has expired', async () => `Bearer ${await signToken(claims, { exp: '-1m' })}`],
    ['has no expiry', async () => `Bearer ${await signToken(claims, { exp: null })}`],
    ['has another issuer', async () => `Bearer ${await signToken(claims, { iss: 'https://other.example' })}`],
    ['has another audience', async () => `Bearer ${await signToken(claims, { aud: 'other' })}`],
    ['requires an unknown extension', async () => `Bearer ${await signToken(claims, extended)}`],
    ['has no subject', async () => `Bearer ${await signToken({ tenant: 'acme', role: 'customer' })}`],
    ['has no tenant', async () => `Bearer ${await signToken({ sub: 'carla', role: 'customer' })}`],
    ['has an unknown role', async () => `Bearer ${await signToken({ ...claims, role: 'root' })}`],
    ['has key syntax in its tenant', async () => `Bearer ${await signToken({ ...claims, tenant: 'acme#TICKETS' })}`],
    ['has key syntax in its subject', async () => `Bearer ${await signToken({ ...claims, sub: 'a#USER' })}`],
    ['impersonates the system', async () => `Bearer ${await signToken({ ...claims, sub: 'steadfast:system' })}`],
  ]

  it.each(invalid)('is refused with 401, and nothing is stored, when it %s', async (_, authorization) => {
    const api = new Api()
    const headers = { Authorization: await authorization(), 'Idempotency-Key': 'k' }
    const response = await api.send(createTicket, { headers, body: ticket })
    expect(response).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': 'Bearer' } })
    expect(response.json).toMatchObject({ type: 'https://steadfast.dev/problems/unauthenticated', retryable: false })
    expect((await api.send(listTickets, { headers })).status).toBe(401)
    expect(Object.values(await dumpStore(api.store)).flat()).toEqual([])
  })

  it('determines the tenant: no header can override it', async () => {
    const api = new Api()
    const headers = { 'X-Tenant': 'globex', tenant: 'globex' }
    await api.call(customer, createTicket, { body: ticket, headers })
    expect((await api.call(stranger, listTickets)).json.items).toEqual([])
  })

  it('is not required to read the OpenAPI document', async () => {
    expect((await new Api().send(getOpenapi, {})).json).toMatchObject({ openapi: '3.1.0' })
  })
})
