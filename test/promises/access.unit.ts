import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { getComment } from '../../functions/get-comment/get-comment.ts'
import { getOpenapi } from '../../functions/get-openapi/get-openapi.ts'
import { getStats } from '../../functions/get-stats/get-stats.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { getUser } from '../../functions/get-user/get-user.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { readEvents } from '../../tables/events.ts'
import { Api, admin, agent, type Call, customer, otherAgent, otherCustomer, stranger } from '../fixtures/api.ts'
import { dumpStore } from '../fixtures/dump.ts'
import { type Person, signToken, unsignedToken } from '../fixtures/tokens.ts'

const text = { title: 'Printer on fire', body: 'It burns.' }
const body = { body: 'Hello.' }

/** Everything that can be asked of one ticket. */
const onTicket: [name: string, endpoint: Endpoint, by: Person, call: (ticketId: string) => Call][] = [
  ['get', getTicket, agent, (ticketId) => ({ params: { ticketId } })],
  ['events', listEvents, agent, (ticketId) => ({ params: { ticketId } })],
  ['comments', listComments, agent, (ticketId) => ({ params: { ticketId } })],
  ['one comment', getComment, agent, (ticketId) => ({ params: { ticketId, commentId: 'c' } })],
  ['comment', addComment, agent, (ticketId) => ({ params: { ticketId }, body })],
  ['status', changeStatus, agent, (ticketId) => ({ params: { ticketId }, body: { to: 'resolved', reason: 'r' } })],
  ['assign', assignTicket, agent, (ticketId) => ({ params: { ticketId }, body: { userId: agent.id } })],
  ['follow', followTicket, agent, (ticketId) => ({ params: { ticketId, userId: agent.id } })],
  ['unfollow', unfollowTicket, agent, (ticketId) => ({ params: { ticketId, userId: agent.id } })],
]

async function refusal(person: Person, endpoint: Endpoint, call: (ticketId: string) => Call, owner = customer) {
  const api = new Api()
  const ticketId = await api.openTicket(owner)
  const before = await dumpStore(api.store)
  const { status, json } = await api.call(person, endpoint, call(ticketId))
  expect(await dumpStore(api.store)).toEqual(before)
  return { status, type: json.type.split('/').at(-1), detail: json.detail }
}

describe("another tenant's resource", () => {
  it.each(onTicket)('is not found, exactly like one that is nowhere: %s', async (_, endpoint, by, call) => {
    const elsewhere = { ...by, tenant: 'globex', role: 'admin' } as const
    const foreign = await refusal(elsewhere, endpoint, call)
    expect(foreign).toMatchObject({ status: 404, type: 'not-found' })
    expect(await refusal(elsewhere, endpoint, () => call('nowhere'))).toEqual(foreign)
  })

  it('is not listed, assigned or looked up', async () => {
    const api = new Api()
    await api.openTicket(customer)
    const ticketId = await api.openTicket(stranger)
    await api.call(agent, createTicket, { body: text })
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
  const mayNot = onTicket.filter(([name]) => name !== 'status' && name !== 'assign')

  it.each(mayNot)("does not find another customer's ticket: %s", async (_, endpoint, _by, call) => {
    expect(await refusal(otherCustomer, endpoint, call)).toMatchObject({ status: 404, type: 'not-found' })
  })

  it('lists own tickets only, whatever is asked for', async () => {
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

  it('sees no user but itself', async () => {
    const api = new Api()
    await api.openTicket(customer)
    await api.openTicket(agent)
    expect((await api.call(customer, getUser, { params: { userId: customer.id } })).json).toMatchObject({
      role: 'customer',
    })
    expect((await api.call(customer, getUser, { params: { userId: agent.id } })).status).toBe(404)
    expect((await api.call(agent, getUser, { params: { userId: customer.id } })).status).toBe(200)
  })

  it('follows its own ticket for itself only', async () => {
    const mine = (userId: string) => (ticketId: string) => ({ params: { ticketId, userId } })
    expect(await refusal(customer, followTicket, mine(agent.id))).toMatchObject({ status: 403, type: 'forbidden' })
    expect(await refusal(customer, unfollowTicket, mine(agent.id))).toMatchObject({ status: 403, type: 'forbidden' })
  })
})

describe('a role', () => {
  const beyond: [role: string, Person, Endpoint, (ticketId: string) => Call][] = [
    [
      'customer',
      customer,
      changeStatus,
      (ticketId) => ({ params: { ticketId }, body: { to: 'resolved', reason: 'r' } }),
    ],
    ['customer', customer, assignTicket, (ticketId) => ({ params: { ticketId }, body: { userId: customer.id } })],
    ['customer', customer, createUser, () => ({ body: { id: 'new', role: 'agent' } })],
    ['customer', customer, deactivateUser, () => ({ params: { userId: customer.id } })],
    ['customer', customer, getStats, () => ({})],
    ['agent', agent, createUser, () => ({ body: { id: 'new', role: 'agent' } })],
    ['agent', agent, deactivateUser, () => ({ params: { userId: customer.id } })],
  ]

  it.each(beyond)('does only what it may: %s', async (_, person, endpoint, call) => {
    expect(await refusal(person, endpoint, call)).toMatchObject({ status: 403, type: 'forbidden' })
  })
})

describe('a verified identity', () => {
  it('is registered by its first write, once, by an event of its own', async () => {
    const api = new Api()
    await Promise.all([api.openTicket(customer), api.openTicket(customer), api.openTicket(customer)])
    const user = await api.call(customer, getUser, { params: { userId: customer.id } })
    expect(user).toMatchObject({ status: 200, headers: { ETag: '"1"' } })
    expect(user.json).toMatchObject({ id: customer.id, role: 'customer', status: 'active', name: null, email: null })
    const events = await readEvents(api.store, 'acme', { type: 'user', id: customer.id })
    expect(events).toMatchObject([{ type: 'user.registered', seq: 1, actor: customer.id }])
  })

  it('can assign to itself and follow by its first write', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    const assigned = await api.call(agent, assignTicket, { params: { ticketId }, body: { userId: agent.id } })
    expect(assigned).toMatchObject({ status: 200, json: { assignee: agent.id } })
    expect((await api.call(otherAgent, followTicket, { params: { ticketId, userId: otherAgent.id } })).status).toBe(200)
  })

  it('is not registered by a write that is refused', async () => {
    const api = new Api()
    const answer = await api.call(agent, addComment, { params: { ticketId: 'nowhere' }, body })
    expect(answer.status).toBe(404)
    expect((await api.call(admin, getUser, { params: { userId: agent.id } })).status).toBe(404)
  })

  it('is completed by an admin, who may not create it twice', async () => {
    const api = new Api()
    await api.openTicket(customer)
    const create = { body: { id: customer.id, role: 'customer', name: 'Carla', email: 'Carla@example.com' } }
    const created = await api.call(admin, createUser, create)
    expect(created).toMatchObject({ status: 201, headers: { ETag: '"2"', Location: '/api/users/carla' } })
    expect(await api.call(admin, createUser, create)).toMatchObject({ status: 409 })
    const taken = await api.call(admin, createUser, { body: { id: 'x', role: 'agent', email: 'carla@EXAMPLE.com' } })
    expect(taken.json).toMatchObject({ type: expect.stringMatching('email-taken'), retryable: false })
  })

  it('gets its e-mail address alone, however many ask at once', async () => {
    const api = new Api()
    await api.openTicket(admin)
    const create = (id: string) =>
      api.call(admin, createUser, { body: { id, role: 'agent', email: 'one@example.com' } })
    const statuses = (await Promise.all(['a', 'b', 'c'].map(create))).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([201, 409, 409])
  })
})

describe('a deactivated user', () => {
  it('can change nothing, and reads on', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    const before = await dumpStore(api.store)
    const comment = await api.call(customer, addComment, { params: { ticketId }, body })
    expect(comment).toMatchObject({ status: 403, json: { type: expect.stringMatching('user-deactivated') } })
    expect(await dumpStore(api.store)).toEqual(before)
    expect((await api.call(customer, getTicket, { params: { ticketId } })).status).toBe(200)
  })

  it('is told no more than others about tickets it may not see', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(otherCustomer)
    await api.openTicket(customer)
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    const seen = await api.call(customer, addComment, { params: { ticketId }, body })
    const nowhere = await api.call(customer, addComment, { params: { ticketId: 'nowhere' }, body })
    expect(seen.json.detail).toBe(nowhere.json.detail)
  })

  it('is deactivated once: again changes nothing', async () => {
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
  const bad: [name: string, authorization: () => Promise<string | string[]>][] = [
    ['missing', async () => []],
    ['of another scheme', async () => 'Basic YTpi'],
    ['no token', async () => 'Bearer nonsense'],
    ['sent twice', async () => [`Bearer ${await signToken(claims)}`, `Bearer ${await signToken(claims)}`]],
    ['unsigned (alg none)', async () => `Bearer ${unsignedToken(claims)}`],
    ['signed by another key', async () => `Bearer ${await signToken(claims, { signedBy: 'another key' })}`],
    ['signed by an unknown key', async () => `Bearer ${await signToken(claims, { keyId: 'unknown' })}`],
    ['expired', async () => `Bearer ${await signToken(claims, { exp: '-1m' })}`],
    ['without expiry', async () => `Bearer ${await signToken(claims, { exp: null })}`],
    ['of another issuer', async () => `Bearer ${await signToken(claims, { iss: 'https://other.example' })}`],
    ['for another audience', async () => `Bearer ${await signToken(claims, { aud: 'other' })}`],
    ['of an extension that nobody here knows', async () => `Bearer ${await signToken(claims, extended)}`],
    ['without a subject', async () => `Bearer ${await signToken({ tenant: 'acme', role: 'customer' })}`],
    ['without a tenant', async () => `Bearer ${await signToken({ sub: 'carla', role: 'customer' })}`],
    ['of an unknown role', async () => `Bearer ${await signToken({ ...claims, role: 'root' })}`],
    ['with key syntax in its tenant', async () => `Bearer ${await signToken({ ...claims, tenant: 'acme#TICKETS' })}`],
    ['with key syntax in its subject', async () => `Bearer ${await signToken({ ...claims, sub: 'a#USER' })}`],
    ['that poses as the system', async () => `Bearer ${await signToken({ ...claims, sub: 'steadfast:system' })}`],
  ]

  it.each(bad)('that is not valid is refused with 401: %s', async (_, authorization) => {
    const api = new Api()
    const headers = { Authorization: await authorization(), 'Idempotency-Key': 'k' }
    const answer = await api.send(createTicket, { headers, body: text })
    expect(answer).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': 'Bearer' } })
    expect(answer.json).toMatchObject({ type: 'https://steadfast.dev/problems/unauthenticated', retryable: false })
    expect((await api.send(listTickets, { headers })).status).toBe(401)
    expect(Object.values(await dumpStore(api.store)).flat()).toEqual([])
  })

  it('carries the tenant: nothing that is sent can change it', async () => {
    const api = new Api()
    const headers = { 'X-Tenant': 'globex', tenant: 'globex' }
    await api.call(customer, createTicket, { body: text, headers })
    expect((await api.call(stranger, listTickets)).json.items).toEqual([])
  })

  it('is not needed for the description of the API', async () => {
    expect((await new Api().send(getOpenapi, {})).json).toMatchObject({ openapi: '3.1.0' })
  })
})
