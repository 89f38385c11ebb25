import { describe, expect, it } from 'vitest'
import { type CursorScope, encodeCursor } from '../../app/http/cursor.ts'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { queryWords } from '../../domain/search-words.ts'
import { getWorkList } from '../../functions/get-work-list/get-work-list.ts'
import { listBlockedAggregates } from '../../functions/list-blocked-aggregates/list-blocked-aggregates.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { listLiveSagas } from '../../functions/list-live-sagas/list-live-sagas.ts'
import { listNotices } from '../../functions/list-notices/list-notices.ts'
import { listSagas } from '../../functions/list-sagas/list-sagas.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { searchTickets } from '../../functions/search-tickets/search-tickets.ts'
import { endpoints } from '../../proof/openapi/endpoints.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import type { Query, Row } from '../../tables/store.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import type { Person } from '../fixtures/tokens.ts'
import { twinTenants } from '../fixtures/twin-tenants.ts'

interface List {
  endpoint: Endpoint
  query?: Record<string, string>
  by: 'admin' | 'agent' | 'customer'
  scope(person: Person, ticketId: string): CursorScope
}

const lists: List[] = [
  {
    endpoint: listTickets,
    by: 'agent',
    scope: ({ tenant }) => ['tickets', tenant, undefined, undefined, undefined, undefined],
  },
  { endpoint: getWorkList, by: 'agent', scope: ({ tenant }) => ['work-list', tenant, undefined] },
  {
    endpoint: searchTickets,
    query: { q: 'burns' },
    by: 'agent',
    scope: ({ tenant }) => ['search', tenant, JSON.stringify(queryWords('burns')), undefined],
  },
  { endpoint: listEvents, by: 'agent', scope: ({ tenant }, ticketId) => ['events', tenant, ticketId] },
  { endpoint: listComments, by: 'agent', scope: ({ tenant }, ticketId) => ['comments', tenant, ticketId] },
  { endpoint: listSagas, by: 'customer', scope: ({ tenant, id }, ticketId) => ['sagas', tenant, ticketId, id] },
  {
    endpoint: listLiveSagas,
    query: { state: 'pending', since: '2026-01-01T00:00:00Z' },
    by: 'admin',
    scope: ({ tenant }) => [
      'live-sagas',
      tenant,
      'pending',
      undefined,
      undefined,
      undefined,
      '2026-01-01T00:00:00.000Z',
    ],
  },
  { endpoint: listBlockedAggregates, by: 'admin', scope: ({ tenant }) => ['blocked', tenant] },
  { endpoint: listNotices, by: 'customer', scope: ({ tenant, id }) => ['notices', tenant, id] },
]

/** What an attacker who knows how a cursor is made puts in place of a part of a position. */
const forged: [what: string, value: unknown][] = [
  ['a sort key of more than 1,024 bytes', 'x'.repeat(1_025)],
  ['a partition key of more than 2,048 bytes', 'x'.repeat(2_049)],
  ['1,200 bytes in few characters', '😀'.repeat(300)],
  ['no character', ''],
  ['NUL', '\0'],
  ['key syntax', 'a#b'],
  ['a lone surrogate', '\ud800'],
  ['a time with endless digits', `2026-03-01T12:00:00.${'0'.repeat(1_500)}Z`],
  ['a negative number', -1],
  ['a number without end', 1e308],
  ['half a number', 1.5],
  ['null', null],
  ['a list', ['x']],
  ['an object', { pk: 'TENANT#globex' }],
]

const keyBytesMax: Record<string, number> = { pk: 2_048, sk: 1_024 }

/** DynamoDB's answer to a start key of attributes that are missing, of another type, empty, or too long. */
function expectKey(key: Row): void {
  for (const [name, value] of Object.entries(key)) {
    if (typeof value !== 'string' || value === '') throw new Error(`ValidationException: ${name} is no key`)
    const bytesMax = keyBytesMax[name] ?? (name.endsWith('Sk') ? 1_024 : 2_048)
    if (Buffer.byteLength(value) > bytesMax) throw new Error(`ValidationException: ${name} is too long`)
  }
}

/** DynamoDB's answer to a start key that the query itself could not have answered. */
function expectWithin({ table, index, sort, after }: Query): void {
  if (!sort || !after) return
  const shape: { sortKey?: string; indexes?: readonly { name: string; sortKey?: string }[] } = tableShapes[table]
  const { sortKey = '' } = index === undefined ? shape : (shape.indexes?.find(({ name }) => name === index) ?? {})
  const key = String(after[sortKey])
  if (
    ('prefix' in sort && !key.startsWith(sort.prefix)) ||
    ('from' in sort && key < sort.from) ||
    ('to' in sort && key > sort.to) ||
    ('after' in sort && key <= sort.after)
  )
    throw new Error(`ValidationException: ${key} does not match the range key predicate`)
}

async function firstPage({ endpoint, query, by, scope }: List) {
  const [{ api, ticketIds, ...people }] = (await twinTenants()).twins
  const ticketId = ticketIds[0] ?? ''
  const params = endpoint.operation.includes('{ticketId}') ? { ticketId } : {}
  const strict = api.withStore(
    interceptStore(api.store, (call, proceed) => {
      if (call.method === 'query' && call.args[0].after) {
        expectKey(call.args[0].after)
        expectWithin(call.args[0])
      }
      return proceed()
    }),
  )
  const read = (cursor?: string) =>
    strict.call(people[by], endpoint, {
      params,
      query: { ...query, limit: '1', ...(cursor !== undefined && { cursor }) },
    })
  const cursor = String((await read()).json.nextCursor)
  const [position] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown]
  return { read, cursor, position, scope: scope(people[by], ticketId) }
}

/** The position with the value in place of each of its parts, and of the whole. */
function variants(position: unknown, value: unknown): unknown[] {
  if (typeof position !== 'object' || position === null) return [value]
  return [value, ...Object.keys(position).map((name) => ({ ...position, [name]: value }))]
}

describe('a cursor', () => {
  it('of every list in the API is tried here', () => {
    const withCursor = endpoints.filter(({ query }) => query && 'cursor' in query.shape)
    expect(lists.map(({ endpoint }) => endpoint.operation).toSorted()).toEqual(
      withCursor.map(({ operation }) => operation).toSorted(),
    )
  })

  it.each(lists.map((list) => [list.endpoint.operation, list] as const))(
    'that is forged gets 400, and never reaches the database as a key it refuses: %s',
    async (_, list) => {
      const { read, cursor, position, scope } = await firstPage(list)
      // Made as the list makes it, so what is forged below has the right checksum.
      expect(encodeCursor(position, scope)).toBe(cursor)
      expect((await read(cursor)).status).toBe(200)
      for (const [what, value] of forged)
        for (const variant of variants(position, value)) {
          const { status, json } = await read(encodeCursor(variant, scope))
          expect([what, variant, status, json.type]).toEqual([
            what,
            variant,
            400,
            'https://steadfast.dev/problems/invalid-cursor',
          ])
        }
    },
  )

  it.each(lists.map((list) => [list.endpoint.operation, list] as const))(
    'that lies outside of what its list asks for gets 400, or the page after it: %s',
    async (_, list) => {
      const { read, position, scope } = await firstPage(list)
      for (const value of [0, 1_000, 1_000_000, '2020-01-01T00:00:00.000Z', '2040-01-01T00:00:00Z', [1_000, '']])
        for (const variant of variants(position, value)) {
          const { status, json } = await read(encodeCursor(variant, scope))
          expect([variant, status, json.type]).toEqual([
            variant,
            ...(status === 200 ? [200, undefined] : [400, 'https://steadfast.dev/problems/invalid-cursor']),
          ])
        }
    },
  )

  it('of a time before the instant that the list begins with, or of an event that a restore has removed, gets 400', async () => {
    const outside = new Map<Endpoint, (position: unknown) => unknown>([
      [listEvents, () => 1_000],
      [listLiveSagas, (position) => ({ ...(position as object), startedAt: '2020-01-01T00:00:00.000Z' })],
    ])
    for (const list of lists.filter(({ endpoint }) => outside.has(endpoint))) {
      const { read, position, scope } = await firstPage(list)
      const { status, json } = await read(encodeCursor(outside.get(list.endpoint)?.(position), scope))
      expect([status, json.type]).toEqual([400, 'https://steadfast.dev/problems/invalid-cursor'])
    }
  })

  it.each(lists.map((list) => [list.endpoint.operation, list] as const))(
    'is at most half as long as the longest that is read: %s',
    async (_, list) => {
      expect((await firstPage(list)).cursor.length).toBeLessThan(256)
    },
  )
})
