import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { liftMailSuppression } from '../../functions/lift-mail-suppression/lift-mail-suppression.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { Api, admin, agent, type Call, customer, otherAgent, type ParsedResponse, stranger } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import type { Person } from '../fixtures/tokens.ts'

const text = { title: 'Printer on fire', body: 'It burns.' }

function expectReplay(first: ParsedResponse, second: ParsedResponse): void {
  const { 'X-Correlation-Id': _, ...headers } = first.headers
  expect(second.status).toBe(first.status)
  expect(second.text).toBe(first.text)
  expect(second.headers).toMatchObject({ ...headers, 'Idempotent-Replayed': 'true' })
  expect(first.headers).not.toHaveProperty('Idempotent-Replayed')
}

describe('a request sent twice', () => {
  const commands: [name: string, endpoint: Endpoint, by: Person, call: (ticketId: string) => Call][] = [
    ['opening a ticket', createTicket, customer, () => ({ body: text })],
    [
      'adding a comment',
      addComment,
      customer,
      (ticketId) => ({ params: { ticketId }, body: { body: 'Still burning.' } }),
    ],
    [
      'changing a status',
      changeStatus,
      agent,
      (ticketId) => ({ params: { ticketId }, body: { to: 'resolved', reason: 'Out.' } }),
    ],
    ['assigning a ticket', assignTicket, agent, (ticketId) => ({ params: { ticketId }, body: { userId: agent.id } })],
    ['adding a follower', followTicket, agent, (ticketId) => ({ params: { ticketId, userId: agent.id } })],
    ['removing a follower', unfollowTicket, agent, (ticketId) => ({ params: { ticketId, userId: customer.id } })],
    ['creating a user', createUser, admin, () => ({ body: { id: 'new', role: 'agent', email: 'new@example.com' } })],
    ['lifting a mail suppression', liftMailSuppression, admin, () => ({ params: { userId: customer.id } })],
    ['deactivating a user', deactivateUser, admin, () => ({ params: { userId: customer.id } })],
  ]

  it.each(commands)('takes effect once, and both responses have the same bytes: %s', async (_, endpoint, by, call) => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    await api.call(customer, followTicket, { params: { ticketId, userId: customer.id } })
    const request = { ...call(ticketId), key: 'once' }
    const first = await api.call(by, endpoint, request)
    expect(first.status).toBeLessThan(300)
    const stored = await dumpStore(api.store)
    api.runtime.advance(60_000)
    expectReplay(first, await api.call(by, endpoint, request))
    expect(await dumpStore(api.store)).toEqual(stored)
  })

  it('gets the first response even when the ticket has been closed since', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    const comment = { params, body: { body: 'Thanks.' }, key: 'c' }
    const toResolved = { params, body: { to: 'resolved', reason: 'Out.' }, key: 'r' }
    const comments = await api.call(customer, addComment, comment)
    const resolved = await api.call(agent, changeStatus, toResolved)
    await api.call(agent, changeStatus, { params, body: { to: 'closed', reason: 'Done.' } })
    expectReplay(comments, await api.call(customer, addComment, comment))
    expectReplay(resolved, await api.call(agent, changeStatus, toResolved))
    expect((await api.call(customer, addComment, { ...comment, key: 'another' })).status).toBe(409)
  })

  it('gets the first response even when its If-Match no longer matches', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    const request = { params, body: { body: 'One.' }, key: 'c', ifMatch: '"1"' }
    expectReplay(await api.call(customer, addComment, request), await api.call(customer, addComment, request))
    expect((await api.call(customer, addComment, { ...request, key: 'fresh' })).status).toBe(412)
  })

  it('gets the first response even when its user has been deactivated since', async () => {
    const api = new Api()
    const request = { body: text, key: 'k' }
    const first = await api.call(customer, createTicket, request)
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    expectReplay(first, await api.call(customer, createTicket, request))
    expect((await api.call(customer, createTicket, { body: text })).json.type).toMatch('user-deactivated')
  })

  it('gets the first response even when that request changed nothing', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    const request = { params, body: { to: 'open', reason: 'So it is.' }, key: 'already' }
    const first = await api.call(agent, changeStatus, request)
    expect(first).toMatchObject({ status: 200, json: { status: 'open', version: 1 } })
    await api.call(agent, changeStatus, { params, body: { to: 'resolved', reason: 'Out.' } })
    expectReplay(first, await api.call(agent, changeStatus, request))
  })

  it('is the same request when its JSON has another member order, white space or escapes', async () => {
    const api = new Api()
    const first = await api.call(customer, createTicket, { body: '{"title":"Häuser","body":"b"}', key: 'k' })
    expectReplay(
      first,
      await api.call(customer, createTicket, { body: '{ "body": "\\u0062", "title": "H\\u00e4user" }', key: 'k' }),
    )
  })

  it('is the same request when the key is bare and when it is quoted', async () => {
    const api = new Api()
    const first = await api.call(customer, createTicket, { body: text, key: 'abc' })
    expectReplay(first, await api.call(customer, createTicket, { body: text, key: '"abc"' }))
  })

  it('is the same request when a gateway has decoded its path', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    const person = { ...agent, id: 'auth0|a@example.com' }
    await api.call(person, addComment, { params: { ticketId }, body: { body: 'Here.' } })
    const request = { params: { ticketId, userId: person.id }, key: 'k' }
    const first = await api.call(person, followTicket, request)
    expect(first.status).toBe(200)
    expectReplay(first, await api.call(person, followTicket, { ...request, gatewayDecodes: true }))
  })

  it('is a new request only after 24 hours plus the margin for clock skew', async () => {
    const api = new Api()
    const request = { body: text, key: 'k' }
    const first = await api.call(customer, createTicket, request)
    api.runtime.advance(24 * 3600_000 + 599_000)
    expectReplay(first, await api.call(customer, createTicket, request))
    api.runtime.advance(2_000)
    const later = await api.call(customer, createTicket, request)
    expect(later.status).toBe(201)
    expect(later.json.id).not.toBe(first.json.id)
    expectReplay(later, await api.call(customer, createTicket, request))
  })
})

describe('a key that is reused for another request', () => {
  async function reuseKey(by: Person, endpoint: Endpoint, first: Call, second: Call, secondBy = by, setUp = noSetUp) {
    const api = new Api()
    const params = await setUp(api)
    expect((await api.call(by, endpoint, { params: params[0] ?? {}, ...first, key: 'k' })).status).toBeLessThan(300)
    const stored = await dumpStore(api.store)
    const response = await api.call(secondBy, endpoint, { params: params[1] ?? params[0] ?? {}, ...second, key: 'k' })
    return { response, unchanged: JSON.stringify(await dumpStore(api.store)) === JSON.stringify(stored) }
  }
  const noSetUp = async (_: Api): Promise<Record<string, string>[]> => []
  const refused = {
    response: {
      status: 422,
      json: { type: 'https://steadfast.dev/problems/idempotency-key-reused', retryable: false },
    },
    unchanged: true,
  }

  it('is refused when the payload differs, and nothing changes', async () => {
    expect(await reuseKey(customer, createTicket, { body: text }, { body: { ...text, title: 'Other' } })).toMatchObject(
      refused,
    )
  })

  it('is refused when only a default is spelled out, as that is another payload', async () => {
    const explicit = { body: { ...text, priority: 'normal' } }
    expect(await reuseKey(customer, createTicket, { body: text }, explicit)).toMatchObject(refused)
  })

  it('is refused when the path differs, and nothing changes', async () => {
    const twoTickets = async (api: Api) => [
      { ticketId: await api.openTicket(customer) },
      { ticketId: await api.openTicket(customer) },
    ]
    const call = { body: { body: 'Hello.' } }
    expect(await reuseKey(customer, addComment, call, call, customer, twoTickets)).toMatchObject(refused)
  })

  it('is refused when the user differs, and nothing changes', async () => {
    const oneTicket = async (api: Api) => {
      const ticketId = await api.openTicket(customer)
      await api.call(otherAgent, addComment, { params: { ticketId }, body: { body: 'Registered.' } })
      return [{ ticketId }]
    }
    const call = { body: { body: 'Hello.' } }
    expect(await reuseKey(agent, addComment, call, call, otherAgent, oneTicket)).toMatchObject(refused)
  })

  it('is independent in another tenant', async () => {
    const api = new Api()
    const first = await api.call(customer, createTicket, { body: text, key: 'k' })
    const other = await api.call(stranger, createTicket, { body: text, key: 'k' })
    expect([first.status, other.status]).toEqual([201, 201])
    expect(other.json.id).not.toBe(first.json.id)
    expect(other.headers).not.toHaveProperty('Idempotent-Replayed')
  })

  it('is independent for another operation', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    const statuses = [
      await api.call(agent, addComment, { params, body: { body: 'On it.' }, key: 'k' }),
      await api.call(agent, changeStatus, { params, body: { to: 'in_progress', reason: 'On it.' }, key: 'k' }),
    ].map(({ status }) => status)
    expect(statuses).toEqual([201, 200])
  })
})

describe('a refused request', () => {
  it('stores nothing, so its key can be used for the corrected request', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    const refused = await api.call(agent, changeStatus, { params, body: { to: 'closed', reason: 'No.' }, key: 'k' })
    expect(refused.json.type).toMatch('transition-not-allowed')
    expect((await allRows(api.store, 'RequestKeys')).length).toBe(1)
    const corrected = await api.call(agent, changeStatus, {
      params,
      body: { to: 'resolved', reason: 'Yes.' },
      key: 'k',
    })
    expect(corrected.status).toBe(200)
    expect((await api.call(agent, listComments, { params })).json.items).toEqual([])
  })
})
