import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeCursor } from '../../app/http/cursor.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { getComment } from '../../functions/get-comment/get-comment.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import type { Query } from '../../tables/store.ts'
import { Api, admin, agent, customer } from '../fixtures/api.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'

const dayMs = 86_400_000
const params = (ticketId: string) => ({ ticketId })
const ago = (api: Api, ms: number) => new Date(api.runtime.now() - ms).toISOString()

async function apiWithTicket() {
  const api = new Api()
  for (const person of [agent, admin, customer]) await api.openTicket(person)
  const ticketId = await api.openTicket(customer)
  api.runtime.advance(60_000)
  /** Comments a second after the one before, or as written `agoMs` before. */
  const comment = async (body: string, agoMs?: number, person = agent) => {
    api.runtime.advance(1_000)
    const occurredAt = agoMs === undefined ? {} : { occurredAt: ago(api, agoMs) }
    return api.call(person, addComment, { params: params(ticketId), body: { body, ...occurredAt } })
  }
  const page = (query: Record<string, string>) => api.call(customer, listComments, { params: params(ticketId), query })
  const listed = async () => (await page({ limit: '100' })).json.items.map(({ body }) => body)
  return { api, ticketId, comment, page, listed }
}

/** Pages read through a store that counts rows of messages and queries; with `rowsMax`, each query returns so few. */
function countingPages(api: Api, ticketId: string, rowsMax = Number.POSITIVE_INFINITY) {
  let rows = 0
  let queries = 0
  const store = interceptStore(api.store, async ({ method, args }, proceed) => {
    if (method !== 'query') return proceed()
    const [query] = args as [Query]
    const page = await api.store.query({ ...query, limit: Math.min(query.limit ?? rowsMax, rowsMax) })
    queries++
    rows += page.rows.length
    return page
  })
  const counted = api.withStore(store)
  return {
    read: () => rows,
    queries: () => queries,
    page: (query: Record<string, string>) => counted.call(customer, listComments, { params: params(ticketId), query }),
  }
}

/** What all pages show, and the most queries that one of them took. */
async function allPages(page: Awaited<ReturnType<typeof apiWithTicket>>['page'], queries: () => number, limit: string) {
  const seen: unknown[] = []
  let most = 0
  let cursor: string | undefined
  do {
    const before = queries()
    const { json } = await page({ limit, ...(cursor && { cursor }) })
    most = Math.max(most, queries() - before)
    seen.push(...json.items.map(({ body }) => body))
    cursor = json.nextCursor as string | undefined
  } while (cursor)
  return { seen, most }
}

describe('a comment that comes in later than it was written', () => {
  it('is listed by when it was written, and was recorded when it came in', async () => {
    const { api, ticketId, comment, listed } = await apiWithTicket()
    await comment('first')
    await comment('second')
    const late = await comment('by mail', 1_500)
    const occurredAt = ago(api, 1_500)
    expect(late.json).toMatchObject({ occurredAt, createdAt: ago(api, 0) })
    expect(await listed()).toEqual(['first', 'by mail', 'second'])
    const event = (await api.call(agent, listEvents, { params: params(ticketId) })).json.items.at(-1)
    expect(event).toMatchObject({ seq: 4, occurredAt, recordedAt: ago(api, 0) })
    expect((await api.call(agent, getComment, { params: { ticketId, commentId: late.json.id } })).text).toBe(late.text)
  })

  it('changes the ticket when it comes in, whatever time it claims', async () => {
    const { api, ticketId, comment } = await apiWithTicket()
    await comment('by mail', dayMs)
    expect((await api.call(agent, getTicket, { params: params(ticketId) })).json).toMatchObject({
      version: 2,
      updatedAt: ago(api, 0),
    })
  })

  it('may have been written 30 days before, and not a millisecond earlier', async () => {
    const { comment } = await apiWithTicket()
    expect((await comment('just', 30 * dayMs)).status).toBe(201)
    const refused = await comment('too old', 30 * dayMs + 1)
    expect(refused).toMatchObject({ status: 422, json: { errors: [{ pointer: '/occurredAt' }] } })
  })

  it('was not written in the future; within the skew of clocks, it was written when it came in', async () => {
    const { api, comment } = await apiWithTicket()
    const skewed = await comment('skewed', -600_000)
    expect(skewed.json).toMatchObject({ occurredAt: ago(api, 0), createdAt: ago(api, 0) })
    expect((await comment('future', -600_001)).status).toBe(422)
  })

  it('is told by agents and admins only', async () => {
    const { comment } = await apiWithTicket()
    expect((await comment('mine', 1_000, customer)).status).toBe(403)
    expect((await comment('theirs', 1_000, admin)).status).toBe(201)
  })

  it.each(['2026-02-30T00:00:00Z', '2026-03-01', 'yesterday', 1_772_366_400_000, null])(
    'is refused when it says %s',
    async (occurredAt) => {
      const { api, ticketId } = await apiWithTicket()
      const response = await api.call(agent, addComment, { params: params(ticketId), body: { body: 'b', occurredAt } })
      expect(response).toMatchObject({ status: 422, json: { errors: [{ pointer: '/occurredAt' }] } })
    },
  )

  it('is stored in UTC, whatever offset it was written with', async () => {
    const { api, ticketId } = await apiWithTicket()
    const body = { body: 'b', occurredAt: '2026-03-01T12:30:00+05:45' }
    const response = await api.call(agent, addComment, { params: params(ticketId), body })
    expect(response.json).toMatchObject({ occurredAt: '2026-03-01T06:45:00.000Z' })
  })

  it('is answered again as the first time when its request is repeated, also when its claim has become too old', async () => {
    const { api, ticketId } = await apiWithTicket()
    const call = { params: params(ticketId), body: { body: 'b', occurredAt: ago(api, 30 * dayMs) }, key: 'once' }
    const first = await api.call(agent, addComment, call)
    api.runtime.advance(3_600_000)
    const second = await api.call(agent, addComment, call)
    expect([second.text, second.headers['Idempotent-Replayed']]).toEqual([first.text, 'true'])
  })
})

describe('the list of comments', () => {
  it('shows each comment once, in order of time, on pages of any size', async () => {
    const { comment, page, listed } = await apiWithTicket()
    for (const [index, agoMs] of [undefined, 5_000, undefined, 90_000, undefined, 2_500, 2_500, undefined].entries())
      await comment(`c${index}`, agoMs)
    const all = await listed()
    expect(all).toEqual(['c3', 'c1', 'c0', 'c2', 'c5', 'c6', 'c4', 'c7'])
    for (const limit of ['1', '2', '3', '7', '8']) {
      const bodies: unknown[] = []
      let cursor: string | undefined
      do {
        const { json } = await page({ limit, ...(cursor && { cursor }) })
        bodies.push(...json.items.map(({ body }) => body))
        cursor = json.nextCursor as string | undefined
      } while (cursor)
      expect(bodies).toEqual(all)
    }
  })

  it('neither repeats nor skips a comment when late ones come in while somebody pages', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ agoMs: fc.option(fc.integer({ min: 1, max: 20_000 })), isBetween: fc.boolean() }), {
          maxLength: 14,
        }),
        async (steps) => {
          const { comment, page, listed } = await apiWithTicket()
          const before = steps.filter(({ isBetween }) => !isBetween)
          const between = steps.filter(({ isBetween }) => isBetween)
          for (const [index, { agoMs }] of before.entries()) await comment(`b${index}`, agoMs ?? undefined)
          const atStart = await listed()
          const seen: unknown[] = []
          let cursor: string | undefined
          do {
            const { json } = await page({ limit: '2', ...(cursor && { cursor }) })
            seen.push(...json.items.map(({ body }) => body))
            cursor = json.nextCursor as string | undefined
            const next = between.shift()
            if (next) await comment(`late${between.length}`, next.agoMs ?? undefined)
          } while (cursor)
          expect(new Set(seen).size).toBe(seen.length)
          expect(seen.filter((body) => String(body).startsWith('b'))).toEqual(atStart)
          const inOrder = await listed()
          expect(seen).toEqual(inOrder.filter((body) => seen.includes(body)))
        },
      ),
      { seed: 37, numRuns: 30 },
    )
  })

  it.each(['1', '7', '100'])(
    'reads each message once over all pages, also where nearly all came in late (limit %s)',
    async (limit) => {
      const { api, ticketId, comment } = await apiWithTicket()
      for (let index = 0; index < 60; index++) await comment(`late ${index}`, 3_600_000)
      await comment('on time')
      const { read, queries, page } = countingPages(api, ticketId)
      const { seen, most } = await allPages(page, queries, limit)
      expect(seen).toEqual([...Array.from({ length: 60 }, (_, index) => `late ${index}`), 'on time'])
      // Quadratic would be thousands.
      expect(read()).toBeLessThan(300)
      expect(most).toBeLessThanOrEqual(3)
    },
  )

  it('ends a page where many messages are no comments that came in on time, and goes on behind them', async () => {
    const { api, ticketId, comment } = await apiWithTicket()
    for (let index = 0; index < 15; index++) await comment(`late ${index}`, 3_600_000)
    await comment('on time')
    const { queries, page } = countingPages(api, ticketId, 1)
    const { seen, most } = await allPages(page, queries, '25')
    expect(seen).toEqual([...Array.from({ length: 15 }, (_, index) => `late ${index}`), 'on time'])
    // Ten of messages, and one for each late place.
    expect(most).toBeLessThanOrEqual(10 + 16)
  })

  it.each([
    ['quotes', '"'],
    ['control characters', '\u0001'],
    ['emoji', '😀'],
    ['letters', 'x'],
  ])('has pages that fit into an answer of Lambda: %s', { timeout: 30_000 }, async (_, character) => {
    const { comment, page } = await apiWithTicket()
    // A request has 128 KB at most.
    const longest = character.repeat(
      Math.min(32_768, Math.floor(126_000 / (Buffer.byteLength(JSON.stringify(character)) - 2))),
    )
    for (let index = 0; index < 60; index++)
      expect((await comment(longest, index % 2 === 0 ? 3_600_000 : undefined)).status).toBe(201)
    const seen = new Set<unknown>()
    let cursor: string | undefined
    do {
      const { text, json } = await page({ limit: '100', ...(cursor && { cursor }) })
      expect(Buffer.byteLength(JSON.stringify({ body: text }))).toBeLessThan(6_291_556 - 10_000)
      expect(json.items.length).toBeGreaterThan(0)
      for (const { id } of json.items) seen.add(id)
      cursor = json.nextCursor as string | undefined
    } while (cursor)
    expect(seen.size).toBe(60)
  })

  it('continues from a cursor of an earlier version, which was a number', async () => {
    const { ticketId, comment, page } = await apiWithTicket()
    for (const body of ['first', 'second', 'third']) await comment(body)
    const cursor = encodeCursor(3, ['comments', customer.tenant, ticketId])
    expect((await page({ cursor })).json.items.map(({ body }) => body)).toEqual(['third'])
  })

  it('refuses a cursor with a place that no comment can have', async () => {
    const { ticketId, page } = await apiWithTicket()
    for (const position of [[1, 'x'], [-1, ''], [1, '2026-03-01T12:00:00.000Z#1'], [0]]) {
      const cursor = encodeCursor(position, ['comments', customer.tenant, ticketId])
      expect((await page({ cursor })).status).toBe(400)
    }
  })
})
