import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { Api, type ApiAnswer, admin, agent, type Call, customer, otherAgent, stranger } from '../fixtures/api.ts'
import { allRows, dumpStore } from '../fixtures/dump.ts'
import type { Person } from '../fixtures/tokens.ts'

const text = { title: 'Printer on fire', body: 'It burns.' }

function repeats(first: ApiAnswer, again: ApiAnswer): void {
  const { 'X-Correlation-Id': _, ...headers } = first.headers
  expect(again.status).toBe(first.status)
  expect(again.text).toBe(first.text)
  expect(again.headers).toMatchObject({ ...headers, 'Idempotent-Replayed': 'true' })
  expect(first.headers).not.toHaveProperty('Idempotent-Replayed')
}

describe('a request sent twice', () => {
  const commands: [name: string, endpoint: Endpoint, by: Person, call: (ticketId: string) => Call][] = [
    ['opening a ticket', createTicket, customer, () => ({ body: text })],
    ['a comment', addComment, customer, (ticketId) => ({ params: { ticketId }, body: { body: 'Still burning.' } })],
    [
      'a status',
      changeStatus,
      agent,
      (ticketId) => ({ params: { ticketId }, body: { to: 'resolved', reason: 'Out.' } }),
    ],
    ['an assignment', assignTicket, agent, (ticketId) => ({ params: { ticketId }, body: { userId: agent.id } })],
    ['following', followTicket, agent, (ticketId) => ({ params: { ticketId, userId: agent.id } })],
    ['stopping to follow', unfollowTicket, agent, (ticketId) => ({ params: { ticketId, userId: customer.id } })],
    ['creating a user', createUser, admin, () => ({ body: { id: 'new', role: 'agent', email: 'new@example.com' } })],
    ['deactivating a user', deactivateUser, admin, () => ({ params: { userId: customer.id } })],
  ]

  it.each(commands)('takes effect once, and both get the same bytes: %s', async (_, endpoint, by, call) => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    await api.call(customer, followTicket, { params: { ticketId, userId: customer.id } })
    const request = { ...call(ticketId), key: 'once' }
    const first = await api.call(by, endpoint, request)
    expect(first.status).toBeLessThan(300)
    const stored = await dumpStore(api.store)
    api.runtime.advance(60_000)
    repeats(first, await api.call(by, endpoint, request))
    expect(await dumpStore(api.store)).toEqual(stored)
  })

  it('is answered from the first answer even when the ticket has been closed since', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    const comment = { params, body: { body: 'Thanks.' }, key: 'c' }
    const toResolved = { params, body: { to: 'resolved', reason: 'Out.' }, key: 'r' }
    const comments = await api.call(customer, addComment, comment)
    const resolved = await api.call(agent, changeStatus, toResolved)
    await api.call(agent, changeStatus, { params, body: { to: 'closed', reason: 'Done.' } })
    repeats(comments, await api.call(customer, addComment, comment))
    repeats(resolved, await api.call(agent, changeStatus, toResolved))
    expect((await api.call(customer, addComment, { ...comment, key: 'another' })).status).toBe(409)
  })

  it('is answered from the first answer even when its If-Match no longer holds', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    const request = { params, body: { body: 'One.' }, key: 'c', ifMatch: '"1"' }
    repeats(await api.call(customer, addComment, request), await api.call(customer, addComment, request))
    expect((await api.call(customer, addComment, { ...request, key: 'fresh' })).status).toBe(412)
  })

  it('is answered from the first answer even when its user has been deactivated since', async () => {
    const api = new Api()
    const request = { body: text, key: 'k' }
    const first = await api.call(customer, createTicket, request)
    await api.call(admin, deactivateUser, { params: { userId: customer.id } })
    repeats(first, await api.call(customer, createTicket, request))
    expect((await api.call(customer, createTicket, { body: text })).json.type).toMatch('user-deactivated')
  })

  it('keeps its key when it changed nothing', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    const request = { params, body: { to: 'open', reason: 'So it is.' }, key: 'already' }
    const first = await api.call(agent, changeStatus, request)
    expect(first).toMatchObject({ status: 200, json: { status: 'open', version: 1 } })
    await api.call(agent, changeStatus, { params, body: { to: 'resolved', reason: 'Out.' } })
    repeats(first, await api.call(agent, changeStatus, request))
  })

  it('is the same request when members come in another order and numbers or text are spelled otherwise', async () => {
    const api = new Api()
    const first = await api.call(customer, createTicket, { body: '{"title":"Häuser","body":"b"}', key: 'k' })
    repeats(
      first,
      await api.call(customer, createTicket, { body: '{ "body": "\\u0062", "title": "H\\u00e4user" }', key: 'k' }),
    )
  })

  it('has the same key bare and quoted', async () => {
    const api = new Api()
    const first = await api.call(customer, createTicket, { body: text, key: 'abc' })
    repeats(first, await api.call(customer, createTicket, { body: text, key: '"abc"' }))
  })

  it('is the same request when a gateway passes its path on in another spelling', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    const person = { ...agent, id: 'auth0|a@example.com' }
    await api.call(person, addComment, { params: { ticketId }, body: { body: 'Here.' } })
    const request = { params: { ticketId, userId: person.id }, key: 'k' }
    const first = await api.call(person, followTicket, request)
    expect(first.status).toBe(200)
    repeats(first, await api.call(person, followTicket, { ...request, gatewayDecodes: true }))
  })

  it('is a new request after 24 hours and the margin for clock skew, not before', async () => {
    const api = new Api()
    const request = { body: text, key: 'k' }
    const first = await api.call(customer, createTicket, request)
    api.runtime.advance(24 * 3600_000)
    repeats(first, await api.call(customer, createTicket, request))
    api.runtime.advance(600_000 + 1_000)
    const later = await api.call(customer, createTicket, request)
    expect(later.status).toBe(201)
    expect(later.json.id).not.toBe(first.json.id)
    repeats(later, await api.call(customer, createTicket, request))
  })
})

describe('a key used for another request', () => {
  async function reused(by: Person, endpoint: Endpoint, first: Call, other: Call, otherBy = by, setUp = noSetUp) {
    const api = new Api()
    const params = await setUp(api)
    expect((await api.call(by, endpoint, { params: params[0] ?? {}, ...first, key: 'k' })).status).toBeLessThan(300)
    const stored = await dumpStore(api.store)
    const answer = await api.call(otherBy, endpoint, { params: params[1] ?? params[0] ?? {}, ...other, key: 'k' })
    return { answer, unchanged: JSON.stringify(await dumpStore(api.store)) === JSON.stringify(stored) }
  }
  const noSetUp = async (_: Api): Promise<Record<string, string>[]> => []
  const refused = {
    answer: { status: 422, json: { type: 'https://steadfast.dev/problems/idempotency-key-reused', retryable: false } },
    unchanged: true,
  }

  it('is refused when the payload differs, and nothing changes', async () => {
    expect(await reused(customer, createTicket, { body: text }, { body: { ...text, title: 'Other' } })).toMatchObject(
      refused,
    )
  })

  it('is refused when a default is spelled out: it is another payload', async () => {
    const explicit = { body: { ...text, priority: 'normal' } }
    expect(await reused(customer, createTicket, { body: text }, explicit)).toMatchObject(refused)
  })

  it('is refused when the path differs, and nothing changes', async () => {
    const twoTickets = async (api: Api) => [
      { ticketId: await api.openTicket(customer) },
      { ticketId: await api.openTicket(customer) },
    ]
    const call = { body: { body: 'Hello.' } }
    expect(await reused(customer, addComment, call, call, customer, twoTickets)).toMatchObject(refused)
  })

  it('is refused when the user differs, and nothing changes', async () => {
    const oneTicket = async (api: Api) => {
      const ticketId = await api.openTicket(customer)
      await api.call(otherAgent, addComment, { params: { ticketId }, body: { body: 'Registered.' } })
      return [{ ticketId }]
    }
    const call = { body: { body: 'Hello.' } }
    expect(await reused(agent, addComment, call, call, otherAgent, oneTicket)).toMatchObject(refused)
  })

  it('is another key in another tenant', async () => {
    const api = new Api()
    const first = await api.call(customer, createTicket, { body: text, key: 'k' })
    const other = await api.call(stranger, createTicket, { body: text, key: 'k' })
    expect([first.status, other.status]).toEqual([201, 201])
    expect(other.json.id).not.toBe(first.json.id)
    expect(other.headers).not.toHaveProperty('Idempotent-Replayed')
  })

  it('is another key for another operation', async () => {
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
  it('stores nothing, so its key may be used again with a mended request', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    const refused = await api.call(agent, changeStatus, { params, body: { to: 'closed', reason: 'No.' }, key: 'k' })
    expect(refused.json.type).toMatch('transition-not-allowed')
    expect((await allRows(api.store, 'RequestKeys')).length).toBe(1)
    const mended = await api.call(agent, changeStatus, { params, body: { to: 'resolved', reason: 'Yes.' }, key: 'k' })
    expect(mended.status).toBe(200)
    expect((await api.call(agent, listComments, { params })).json.items).toEqual([])
  })
})
