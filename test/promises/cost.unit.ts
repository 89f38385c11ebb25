import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import type { User } from '../../domain/user.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { getUser } from '../../functions/get-user/get-user.ts'
import { liftMailSuppression } from '../../functions/lift-mail-suppression/lift-mail-suppression.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { readNotice } from '../../functions/read-notice/read-notice.ts'
import { removeWebhook } from '../../functions/remove-webhook/remove-webhook.ts'
import { rotateWebhookSecret } from '../../functions/rotate-webhook-secret/rotate-webhook-secret.ts'
import { setPreferences } from '../../functions/set-preferences/set-preferences.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'
import { postNotice } from '../../tables/notices.ts'
import { putUser } from '../../tables/users.ts'
import { Api, admin, agent, type Call, customer, otherAgent } from '../fixtures/api.ts'
import { interceptStore, type StoreCall } from '../fixtures/intercepted-store.ts'
import type { Person } from '../fixtures/tokens.ts'

type Case = [name: string, calls: string, endpoint: Endpoint, by: Person, call: (ticketId: string) => Call]

const comment = { body: 'Hello.' }
const resolve = { to: 'resolved', reason: 'Out.' }
const all = { inApp: true, email: true }
const noMail = { inApp: true, email: false }
const hook = { url: 'https://hooks.example.com/in', events: ['ticket.opened'] }
const oldHook = { ...hook, url: 'https://old.example.com/in' }
const text = { title: 'Printer on fire', body: 'It burns.' }

const bounced: User = {
  id: 'bounced',
  role: 'customer',
  status: 'active',
  origin: 'admin',
  email: 'bounced@example.com',
  mailSuppressed: { why: 'bounce', at: '2026-03-01T11:00:00.000Z' },
  version: 1,
  createdAt: '2026-03-01T11:00:00.000Z',
  updatedAt: '2026-03-01T11:00:00.000Z',
}

/**
 * Database calls per request, with the number of items in each transaction. Every increase costs all users money and latency, so
 * raise a number only with a reason.
 */
const costs: Case[] = [
  ['open a ticket', 'batch 2, write 5', createTicket, customer, () => ({ body: text })],
  ['add a comment', 'batch 3, write 5', addComment, customer, (ticketId) => ({ params: { ticketId }, body: comment })],
  ['change a status', 'batch 3, write 5', changeStatus, agent, (ticketId) => ({ params: { ticketId }, body: resolve })],
  [
    'set the status that it has',
    'batch 3, read 3, write 2',
    changeStatus,
    agent,
    (ticketId) => ({ params: { ticketId }, body: { ...resolve, to: 'open' } }),
  ],
  [
    'assign',
    'batch 4, write 4',
    assignTicket,
    agent,
    (ticketId) => ({ params: { ticketId }, body: { userId: otherAgent.id } }),
  ],
  [
    'assign to oneself',
    'batch 3, write 4',
    assignTicket,
    agent,
    (ticketId) => ({ params: { ticketId }, body: { userId: agent.id } }),
  ],
  ['follow', 'batch 4, write 5', followTicket, agent, (ticketId) => ({ params: { ticketId, userId: agent.id } })],
  [
    'follow again',
    'batch 4, read 4, write 2',
    followTicket,
    customer,
    (ticketId) => ({ params: { ticketId, userId: customer.id } }),
  ],
  [
    'unfollow',
    'batch 4, write 5',
    unfollowTicket,
    customer,
    (ticketId) => ({ params: { ticketId, userId: customer.id } }),
  ],
  [
    'create a user',
    'batch 4, write 5',
    createUser,
    admin,
    () => ({ body: { id: 'x', role: 'agent', email: 'x@example.com' } }),
  ],
  ['create a user without e-mail', 'batch 3, write 4', createUser, admin, () => ({ body: { id: 'x', role: 'agent' } })],
  [
    'lift a mail suppression',
    'batch 3, write 4',
    liftMailSuppression,
    admin,
    () => ({ params: { userId: bounced.id } }),
  ],
  ['lift none', 'batch 3, read 3, write 2', liftMailSuppression, admin, () => ({ params: { userId: customer.id } })],
  ['deactivate a user', 'batch 3, write 4', deactivateUser, admin, () => ({ params: { userId: customer.id } })],
  ['choose channels', 'batch 2, write 4', setPreferences, customer, () => ({ body: { channels: noMail } })],
  [
    'choose the same channels',
    'batch 2, read 2, write 2',
    setPreferences,
    customer,
    () => ({ body: { channels: all } }),
  ],
  ['mark a notice as read', 'batch 3, read 3, write 2', readNotice, customer, () => ({ params: { noticeId: 'n1' } })],
  ['create a webhook', 'batch 4, read 4, write 5', putWebhook, admin, () => ({ params: { name: 'crm' }, body: hook })],
  ['update a webhook', 'batch 4, read 4, write 5', putWebhook, admin, () => ({ params: { name: 'old' }, body: hook })],
  [
    'update a webhook without a change',
    'batch 4, read 4, write 2',
    putWebhook,
    admin,
    () => ({ params: { name: 'old' }, body: oldHook }),
  ],
  [
    'rotate its secret',
    'batch 4, read 4, write 5',
    rotateWebhookSecret,
    admin,
    () => ({ params: { name: 'old' }, body: {} }),
  ],
  ['remove a webhook', 'batch 4, read 4, write 5', removeWebhook, admin, () => ({ params: { name: 'old' } })],
  [
    'a refused change',
    'batch 3, read 3',
    changeStatus,
    agent,
    (ticketId) => ({ params: { ticketId }, body: { ...resolve, to: 'closed' } }),
  ],
  [
    'the first write of an unregistered actor',
    'batch 2, read 2, write 3, read 2, write 5',
    createTicket,
    { ...customer, id: 'unknown' },
    () => ({ body: text }),
  ],
  [
    'a refused write of an unregistered actor',
    'batch 3, read 3',
    addComment,
    { ...agent, id: 'unknown' },
    () => ({ params: { ticketId: 'none' }, body: comment }),
  ],
  // Each read begins with the caller's user row, which is read beside the others.
  ['get a ticket', 'get, get, get', getTicket, customer, (ticketId) => ({ params: { ticketId } })],
  ['list tickets', 'get, query 26', listTickets, agent, () => ({})],
  [
    'list by three filters',
    'get, query 100',
    listTickets,
    agent,
    () => ({ query: { status: 'open', assignee: 'a', requester: 'b' } }),
  ],
  ['list events', 'get, get, query 26', listEvents, customer, (ticketId) => ({ params: { ticketId } })],
  ['list comments', 'get, get, query 26, query 26', listComments, customer, (ticketId) => ({ params: { ticketId } })],
  ['get a user', 'get, get', getUser, agent, () => ({ params: { userId: customer.id } })],
]

const notice = {
  id: 'n1',
  type: 'ticket.opened',
  ticketId: 't1',
  seq: 1,
  createdAt: '2026-03-01T11:00:00.000Z',
  correlationId: 'c',
}

describe('the cost of a request', () => {
  it.each(costs)('is fixed: %s: %s', async (_, expected, endpoint, by, call) => {
    const { counted, calls, ticketId } = await countedApi()
    await counted.call(by, endpoint, call(ticketId))
    expect(calls.join(', ')).toBe(expected)
  })

  const writes = costs.filter(([name, cost]) => cost.includes('write') && !name.includes('unregistered'))

  it.each(writes)('is one read and no write for a duplicate: %s', async (_, expected, endpoint, by, call) => {
    const { counted, calls, ticketId } = await countedApi()
    const request = { ...call(ticketId), key: 'once' }
    await counted.call(by, endpoint, request)
    const first = calls.splice(0)
    const again = await counted.call(by, endpoint, request)
    expect(again.headers['Idempotent-Replayed']).toBe('true')
    expect(calls).toEqual(first.slice(0, 1))
    expect(calls[0]).toBe(expected.split(', ')[0])
  })

  it('is zero when the token, the body or the Idempotency-Key is not valid', async () => {
    const { counted, calls } = await countedApi()
    await counted.call(customer, createTicket, { body: {} })
    await counted.send(createTicket, { headers: { Authorization: 'Bearer x' }, body: text })
    await counted.call(customer, createTicket, { body: text, key: null })
    expect(calls).toEqual([])
  })
})

async function countedApi() {
  const api = new Api()
  const ticketId = await api.openTicket(customer)
  for (const person of [agent, otherAgent, admin]) await api.openTicket(person)
  await api.call(customer, followTicket, { params: { ticketId, userId: customer.id } })
  await api.call(admin, putWebhook, { params: { name: 'old' }, body: oldHook })
  await api.store.write(putUser(customer.tenant, bounced))
  await api.store.write(postNotice({ tenant: customer.tenant, userId: customer.id }, notice))
  const calls: string[] = []
  const store = interceptStore(api.store, (call, proceed) => {
    calls.push(summary(call))
    return proceed()
  })
  return { counted: api.withStore(store), calls, ticketId }
}

function summary(call: StoreCall): string {
  if (call.method === 'transactRead') return `read ${call.args[0].length}`
  if (call.method === 'batchRead') return `batch ${call.args[0].length}`
  if (call.method === 'transactWrite') return `write ${call.args[0].length}`
  if (call.method === 'query') return `query ${call.args[0].limit}`
  return call.method
}
