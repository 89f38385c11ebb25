import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { getComment } from '../../functions/get-comment/get-comment.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { listNotices } from '../../functions/list-notices/list-notices.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { postNotice } from '../../tables/notices.ts'
import { Api, agent, type Call, customer, otherAgent, otherCustomer, stranger } from '../fixtures/api.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import type { Person } from '../fixtures/tokens.ts'

/** Reads all pages of a list. */
async function readAllPages(api: Api, person: Person, endpoint: Endpoint, call: Call, limit: number) {
  const items: Record<string, unknown>[] = []
  const sizes: number[] = []
  let cursor: unknown
  do {
    const query = { ...call.query, limit: `${limit}`, ...(typeof cursor === 'string' && { cursor }) }
    const response = await api.call(person, endpoint, { ...call, query })
    expect(response.status).toBe(200)
    items.push(...response.json.items)
    sizes.push(response.json.items.length)
    cursor = response.json.nextCursor
  } while (cursor !== undefined)
  return { items, sizes }
}

async function queue(api: Api, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    ids.push(await api.openTicket(n % 3 === 0 ? otherCustomer : customer, `Ticket ${n}`))
    api.runtime.advance(1_000)
  }
  return ids
}

describe('the list of tickets', () => {
  it('is newest first, in full pages, with each ticket once', async () => {
    const api = new Api()
    const ids = await queue(api, 25)
    await openThree(stranger, api)
    for (const [limit, sizes] of [
      [10, [10, 10, 5]],
      [5, [5, 5, 5, 5, 5]],
      [25, [25]],
      [100, [25]],
    ] as const) {
      const pages = await readAllPages(api, agent, listTickets, {}, limit)
      expect(pages.items.map(({ id }) => id)).toEqual(ids.toReversed())
      expect(pages.sizes).toEqual(sizes)
    }
  })

  it('combines its filters, still in full pages', async () => {
    const api = new Api()
    const ids = await queue(api, 30)
    await api.openTicket(otherAgent)
    for (const [n, ticketId] of ids.entries()) {
      const params = { ticketId }
      if (n % 2 === 0) await api.call(agent, changeStatus, { params, body: { to: 'resolved', reason: 'r' } })
      if (n % 5 === 0) await api.call(agent, assignTicket, { params, body: { userId: otherAgent.id } })
    }
    const matching = (test: (n: number) => boolean) => ids.filter((_, n) => test(n)).toReversed()
    const listed = async (person: Person, query: Record<string, string>, limit = 2) =>
      (await readAllPages(api, person, listTickets, { query }, limit)).items
        .map(({ id }) => id)
        .filter((id) => ids.includes(`${id}`))
    const isOther = (n: number) => n % 3 === 0
    expect(await listed(agent, { status: 'resolved' })).toEqual(matching((n) => n % 2 === 0))
    expect(await listed(agent, { assignee: otherAgent.id })).toEqual(matching((n) => n % 5 === 0))
    expect(await listed(agent, { requester: otherCustomer.id })).toEqual(matching(isOther))
    const both = { status: 'resolved', assignee: otherAgent.id }
    expect(await listed(agent, both)).toEqual(matching((n) => n % 10 === 0))
    expect(await listed(agent, { ...both, requester: otherCustomer.id })).toEqual(
      matching((n) => n % 10 === 0 && isOther(n)),
    )
    expect(await listed(customer, { status: 'resolved' })).toEqual(matching((n) => n % 2 === 0 && !isOther(n)))
    expect(await listed(agent, { status: 'closed' })).toEqual([])
  })

  it('continues at the same place when the last ticket shown has left the list', async () => {
    const api = new Api()
    const ids = await queue(api, 6)
    const query = { status: 'open', limit: '3' }
    const first = await api.call(agent, listTickets, { query })
    const last = `${first.json.items.at(-1)?.id}`
    await api.call(agent, changeStatus, { params: { ticketId: last }, body: { to: 'resolved', reason: 'r' } })
    const second = await api.call(agent, listTickets, { query: { ...query, cursor: `${first.json.nextCursor}` } })
    expect(second.json.items.map(({ id }) => id)).toEqual(ids.toReversed().slice(3))
  })

  it('reads a bounded number of rows per request, and its cursor continues after those that did not match', async () => {
    const api = new Api()
    const ids = await queue(api, 12)
    await api.call(agent, assignTicket, { params: { ticketId: ids[0] ?? '' }, body: { userId: agent.id } })
    let queries = 0
    // As if each query reached DynamoDB's limit of 1 MB after a single row.
    const small = api.withStore(
      interceptStore(api.store, (call, proceed) => {
        if (call.method !== 'query') return proceed()
        queries++
        return api.store.query({ ...call.args[0], limit: 1 })
      }),
    )
    const query = { status: 'open', assignee: agent.id, requester: otherCustomer.id }
    const first = await small.call(agent, listTickets, { query: { requester: query.requester, status: 'closed' } })
    // Four rows, and one query behind the last: DynamoDB only says that there is no more when it has read past the end.
    expect([first.json.items, queries]).toEqual([[], 5])
    const found = await readAllPages(small, agent, listTickets, { query }, 5)
    expect(found.items.map(({ id }) => id)).toEqual([ids[0]])
    queries = 0
    await queue(api, 45)
    const bounded = await small.call(agent, listTickets, { query: { requester: query.requester, status: 'closed' } })
    expect([bounded.json.items, typeof bounded.json.nextCursor, queries]).toEqual([[], 'string', 10])
    expect((await readAllPages(small, agent, listTickets, { query }, 5)).items.map(({ id }) => id)).toEqual([ids[0]])
  })

  async function openThree(person: Person, api: Api) {
    for (let n = 0; n < 3; n++) await api.openTicket(person)
  }
})

describe('the lists of comments and events', () => {
  it('are in order, in full pages', async () => {
    const api = new Api()
    const params = { ticketId: await api.openTicket(customer) }
    for (let n = 0; n < 7; n++) {
      await api.call(customer, addComment, { params, body: { body: `Comment ${n}` } })
      if (n % 2 === 0) {
        await api.call(agent, changeStatus, { params, body: { to: 'resolved', reason: `Reason ${n}` } })
        await api.call(agent, changeStatus, { params, body: { to: 'open', reason: 'Again.' } })
      }
    }
    for (const limit of [1, 2, 3, 7, 100]) {
      const comments = await readAllPages(api, customer, listComments, { params }, limit)
      expect(comments.items.map(({ body }) => body)).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `Comment ${n}`))
      expect(comments.sizes.slice(0, -1).every((size) => size === limit)).toBe(true)
      const events = await readAllPages(api, customer, listEvents, { params }, limit)
      expect(events.items.map(({ seq }) => seq)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1))
      expect(events.items.filter(({ why }) => why !== undefined)).toHaveLength(8)
      expect(events.items[2]).toMatchObject({ why: 'Reason 0', data: { from: 'open', to: 'resolved' } })
    }
  })
})

describe('the Location of a new comment', () => {
  it('leads to the comment, while the reason of a change is not a comment', async () => {
    const api = new Api()
    const ticketId = await api.openTicket(customer)
    await api.call(agent, changeStatus, { params: { ticketId }, body: { to: 'resolved', reason: 'r' } })
    const added = await api.call(customer, addComment, { params: { ticketId }, body: { body: 'Thanks.' } })
    expect(added).toMatchObject({ status: 201, headers: { ETag: '"3"' } })
    const [, commentId = ''] =
      new RegExp(`^/api/tickets/${ticketId}/comments/(.+)$`).exec(added.headers.Location ?? '') ?? []
    const read = await api.call(customer, getComment, { params: { ticketId, commentId } })
    expect([read.status, read.json]).toEqual([200, added.json])
    const reason = (await api.call(agent, listEvents, { params: { ticketId } })).json.items[1]?.data as {
      messageId: string
    }
    expect((await api.call(agent, getComment, { params: { ticketId, commentId: reason.messageId } })).status).toBe(404)
  })
})

describe('the list of notices', () => {
  it("contains only the caller's own, newest first, in full pages", async () => {
    const api = new Api()
    for (const [userId, count] of [
      [customer.id, 5],
      [agent.id, 2],
    ] as const)
      for (let seq = 1; seq <= count; seq++) {
        const notice = {
          id: `2025-${seq}`,
          type: 'ticket.assigned',
          ticketId: 't',
          seq,
          createdAt: '2025-06-01T00:00:00.000Z',
          correlationId: 'c',
        }
        await api.store.write(postNotice({ tenant: 'acme', userId }, notice))
      }
    const { items, sizes } = await readAllPages(api, customer, listNotices, {}, 2)
    expect(items.map(({ seq }) => seq)).toEqual([5, 4, 3, 2, 1])
    expect(sizes).toEqual([2, 2, 1])
    expect((await api.call({ ...customer, tenant: 'globex' }, listNotices)).json.items).toEqual([])
  })
})

describe('a cursor', () => {
  const invalid = { status: 400, json: { type: 'https://steadfast.dev/problems/invalid-cursor', retryable: false } }

  async function withCursor() {
    const api = new Api()
    await queue(api, 6)
    const first = await api.call(agent, listTickets, { query: { limit: '2', status: 'open' } })
    return { api, cursor: `${first.json.nextCursor}` }
  }

  const forged: [name: string, forge: (cursor: string) => string][] = [
    ['empty', () => ''],
    ['nonsense', () => 'nonsense'],
    ['not base64', () => '%%%'],
    ['very long', () => 'x'.repeat(8_000)],
    ['cut short', (cursor) => cursor.slice(0, -2)],
    ['with something after it', (cursor) => `${cursor}AA`],
    ['spelled in another base64', (cursor) => `${cursor}=`],
    ['another position under the same checksum', (cursor) => moved(cursor, 'TENANT#globex#TICKETS')],
    ['a position of another kind', (cursor) => moved(cursor, 7)],
    ['a key instead of a position', () => Buffer.from('{"pk":"TENANT#globex","sk":"HEADER"}').toString('base64url')],
    ['JSON null', () => Buffer.from('null').toString('base64url')],
  ]

  it.each(forged)('is refused when it is forged: %s', async (_, forge) => {
    const { api, cursor } = await withCursor()
    expect((await api.call(agent, listTickets, { query: { status: 'open', cursor } })).status).toBe(200)
    expect(await api.call(agent, listTickets, { query: { status: 'open', cursor: forge(cursor) } })).toMatchObject(
      invalid,
    )
  })

  it('is refused in another tenant, with other filters, from a customer, and by another list', async () => {
    const { api, cursor } = await withCursor()
    const ticketId = await api.openTicket(customer)
    const others: [Person, Endpoint, Call][] = [
      [stranger, listTickets, { query: { status: 'open', cursor } }],
      [agent, listTickets, { query: { cursor } }],
      [agent, listTickets, { query: { status: 'resolved', cursor } }],
      [agent, listTickets, { query: { status: 'open', assignee: agent.id, cursor } }],
      [customer, listTickets, { query: { status: 'open', cursor } }],
      [agent, listEvents, { params: { ticketId }, query: { cursor } }],
      [agent, listComments, { params: { ticketId }, query: { cursor } }],
      [agent, listNotices, { query: { cursor } }],
    ]
    for (const [person, endpoint, call] of others) expect(await api.call(person, endpoint, call)).toMatchObject(invalid)
  })

  it('is accepted from every agent of its tenant, and with another limit', async () => {
    const { api, cursor } = await withCursor()
    const response = await api.call(otherAgent, listTickets, { query: { status: 'open', cursor, limit: '100' } })
    expect(response.json.items).toHaveLength(4)
  })

  function moved(cursor: string, position: unknown): string {
    const [, checksum] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    return Buffer.from(JSON.stringify([position, checksum])).toString('base64url')
  }
})
