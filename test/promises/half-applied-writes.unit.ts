import { describe, expect, it } from 'vitest'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { getSaga } from '../../functions/get-saga/get-saga.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { followerRow } from '../../tables/tickets.ts'
import { admin, agent, customer } from '../fixtures/api.ts'
import { HalfAppliedSystem } from '../fixtures/half-applied-system.ts'
import { png, promiseOf } from '../sagas/attachment-fixture.ts'

async function withTicket() {
  const system = new HalfAppliedSystem()
  const ticketId = await system.api.openTicket(customer)
  for (const person of [agent, admin]) await system.api.openTicket(person)
  return { system, ticketId, params: { ticketId } }
}

const comment = { body: 'It still burns.' }

/** A command reads its rows by plain reads, while the transaction of another one is half applied. */
describe('a command that sees another one half applied', () => {
  it('keeps the secret that was just answered, although it finds the settings without the webhook', async () => {
    const { system } = await withTicket()
    const put = (url: string) => ({ params: { name: 'crm' }, body: { url, events: ['ticket.opened'] } })
    const first = await system.whileLate(['WEBHOOK'], (api) =>
      api.call(admin, putWebhook, put('https://hooks.example.com/one')),
    )
    const second = await system.readsFirst().call(admin, putWebhook, put('https://hooks.example.com/two'))
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.json.secret).toBe(first.json.secret)
  })

  it('follows, although it finds the follower that an unfollow has just removed', async () => {
    const { system, params } = await withTicket()
    const follower = { params: { ...params, userId: agent.id } }
    await system.api.call(agent, followTicket, follower)
    await system.whileLate(['FOLLOWER'], (api) => api.call(agent, unfollowTicket, follower))
    const again = await system.readsFirst().call(agent, followTicket, follower)
    expect(again).toMatchObject({ status: 200, json: { version: 4 } })
    expect(await system.database.get(followerRow('acme', params.ticketId, agent.id))).toBeDefined()
  })

  it('is not refused for a state that the ticket has left, or has not reached', async () => {
    const { system, params } = await withTicket()
    const move = (to: string) => ({ params, body: { to, reason: 'So it is.' } })
    await system.whileLate(['HEADER'], (api) => api.call(agent, changeStatus, move('resolved')))
    // From open it would be refused.
    expect((await system.readsFirst().call(agent, changeStatus, move('closed'))).status).toBe(200)
  })
})

describe('a duplicate of a request that is half applied', () => {
  const request = (params: Record<string, string>) => ({ params, key: 'once', body: comment })

  it('is answered once the ticket shows the effect, and not before: the next read must have it', async () => {
    const { system, params } = await withTicket()
    const first = await system.whileLate(['HEADER'], (api) => api.call(customer, addComment, request(params)))
    const early = system.api.withStore(system.database)
    expect((await early.call(customer, addComment, request(params))).status).toBe(409)
    const copy = await system.readsFirst().call(customer, addComment, request(params))
    expect([copy.text, copy.headers['Idempotent-Replayed']]).toEqual([first.text, 'true'])
  })

  it('is answered at once when the ticket shows it, whatever else is late', async () => {
    const { system, params } = await withTicket()
    const first = await system.whileLate(['MESSAGE', 'Events', 'Outbox'], (api) =>
      api.call(customer, addComment, request(params)),
    )
    const copy = await system.api.withStore(system.database).call(customer, addComment, request(params))
    expect([copy.text, copy.headers['Idempotent-Replayed']]).toEqual([first.text, 'true'])
  })

  it('takes no effect when it does not find the key yet, but the ticket as the request left it', async () => {
    const { system, params } = await withTicket()
    const first = await system.whileLate(['RequestKeys'], (api) => api.call(customer, addComment, request(params)))
    const copy = await system.readsFirst().call(customer, addComment, request(params))
    expect([copy.text, copy.headers['Idempotent-Replayed']]).toEqual([first.text, 'true'])
    expect(await system.events(params.ticketId)).toHaveLength(2)
  })

  it('is answered at once when it opens a ticket, which is then never said to be missing', async () => {
    const { system } = await withTicket()
    const open = { key: 'once', body: { title: 'Printer on fire', body: 'It burns.' } }
    const first = await system.whileLate(['Tickets'], (api) => api.call(customer, createTicket, open))
    const early = system.api.withStore(system.database)
    const copy = await early.call(customer, createTicket, open)
    expect([copy.text, copy.headers['Idempotent-Replayed']]).toEqual([first.text, 'true'])
    const read = { params: { ticketId: copy.json.id } }
    expect(await early.call(customer, getTicket, read)).toMatchObject({ status: 503, json: { retryable: true } })
    await system.untilApplied()
    expect((await early.call(customer, getTicket, read)).status).toBe(200)
  })
})

describe('a read that sees a request half applied', () => {
  it('lists a comment that came in late, although it finds its place and not yet its message', async () => {
    const { system, params } = await withTicket()
    const occurredAt = new Date(system.api.runtime.now()).toISOString()
    system.api.runtime.advance(60_000)
    const request = { params, body: { ...comment, occurredAt } }
    const added = await system.whileLate(['MESSAGE'], (api) => api.call(agent, addComment, request))
    expect(added.status).toBe(201)
    const busy = await system.api.withStore(system.database).call(agent, listComments, { params })
    expect(busy).toMatchObject({ status: 503, json: { retryable: true } })
    const listed = await system.readsFirst().call(agent, listComments, { params })
    expect([listed.status, listed.json.items?.length]).toEqual([200, 1])
  })

  it.each([['Events'], ['ATTACHMENT']] as const)(
    'shows the saga of an upload, although it does not find %s yet',
    async (late) => {
      const { system, params } = await withTicket()
      const request = { params, body: promiseOf(png) }
      const requested = await system.whileLate([late], (api) => api.call(customer, requestAttachment, request))
      expect(requested.status).toBe(202)
      const saga = { params: { sagaId: String(requested.json.sagaId) } }
      expect((await system.readsFirst().call(customer, getSaga, saga)).json).toMatchObject({ state: 'pending' })
    },
  )
})
