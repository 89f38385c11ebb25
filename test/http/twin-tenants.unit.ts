import { describe, expect, it } from 'vitest'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { listLiveSagas } from '../../functions/list-live-sagas/list-live-sagas.ts'
import { listNotices } from '../../functions/list-notices/list-notices.ts'
import { listSagas } from '../../functions/list-sagas/list-sagas.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { parseEvent } from '../../tables/events.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { takeRequests } from '../../tables/rate-limits.ts'
import { isStackHold } from '../../tables/stack-hold.ts'
import type { Row, TableName } from '../../tables/store.ts'
import { putUnconfirmed } from '../../tables/unconfirmed.ts'
import { isCatalog } from '../../tables/view-catalog.ts'
import { agent, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { type TwinTenant, twinTenants } from '../fixtures/twin-tenants.ts'
import { healthySystem } from '../proof/healthy-system.ts'

const filters: [name: string, query: Record<string, string>][] = [
  ['no filter', {}],
  ['status', { status: 'open' }],
  ['assignee', { assignee: agent.id }],
  ['requester', { requester: customer.id }],
  ['status and assignee', { status: 'open', assignee: agent.id }],
  ['status and requester', { status: 'open', requester: customer.id }],
  ['assignee and requester', { assignee: agent.id, requester: customer.id }],
  ['status, assignee and requester', { status: 'open', assignee: agent.id, requester: customer.id }],
]

/** Every list, read for one ticket or one person. */
const lists: [name: string, endpoint: Endpoint][] = [
  ['events', listEvents],
  ['comments', listComments],
  ['sagas', listSagas],
  ['sagas that have not ended', listLiveSagas],
  ['notices', listNotices],
]

function page({ api, admin, customer, ticketIds }: TwinTenant, endpoint: Endpoint, query: Record<string, string>) {
  const by = endpoint.roles.includes('customer') ? customer : admin
  const isOfTicket = endpoint.operation.includes('{ticketId}')
  return api.call(by, endpoint, { ...(isOfTicket && { params: { ticketId: ticketIds[0] ?? '' } }), query })
}

describe('of two tenants that differ in their name only, each', () => {
  it.each(filters)('lists all its own tickets and no others, with %s', async (_, query) => {
    const { twins } = await twinTenants()
    for (const { api, agent, tenant } of twins) {
      const { json } = await api.call(agent, listTickets, { query })
      expect(json.items.map(({ title }) => title)).toEqual([3, 2, 1, 0].map((number) => `${tenant} ${number}`))
    }
  })

  it.each(filters)('is refused with a cursor of the other in its list of tickets, with %s', async (_, query) => {
    const { twins } = await twinTenants()
    const [one, other] = twins
    const { json } = await one.api.call(one.agent, listTickets, { query: { ...query, limit: '2' } })
    const cursor = String(json.nextCursor)
    expect((await one.api.call(one.agent, listTickets, { query: { ...query, cursor } })).json.items).toHaveLength(2)
    expect((await other.api.call(other.agent, listTickets, { query: { ...query, cursor } })).status).toBe(400)
  })

  it.each(lists)('lists all its own %s and no others', async (_, endpoint) => {
    const { twins } = await twinTenants()
    const [one, other] = await Promise.all(twins.map((twin) => page(twin, endpoint, {})))
    expect(one?.json.items.length).toBeGreaterThanOrEqual(4)
    expect(other?.json.items.length).toBe(one?.json.items.length)
  })

  it.each(lists)('is refused with a cursor of the other in its list of %s', async (_, endpoint) => {
    const { twins } = await twinTenants()
    const [one, other] = twins
    const first = await page(one, endpoint, { limit: '2' })
    const cursor = String(first.json.nextCursor)
    expect((await page(one, endpoint, { cursor })).json.items.length).toBeGreaterThan(0)
    expect((await page(other, endpoint, { cursor })).json).toMatchObject({ status: 400, retryable: false })
  })
})

describe('a key', () => {
  /** Every partition of every table and index, with the tenants whose rows it contains. */
  function tenantsByPartition(table: TableName, rows: readonly Row[]): [partition: string, tenants: string[]][] {
    const shape = tableShapes[table]
    return [shape, ...shape.indexes].flatMap(({ partitionKey }) => {
      const present = rows.filter((row) => row[partitionKey] !== undefined)
      const partitions = Map.groupBy(present, (row) => String(row[partitionKey]))
      return [...partitions].map(([partition, rows]): [string, string[]] => {
        return [`${partitionKey} ${partition}`, [...new Set(rows.map(({ pk }) => String(pk).split('#')[1] ?? ''))]]
      })
    })
  }

  it('of a table or an index never leads to rows of two tenants', async () => {
    const { store } = await twinTenants()
    const found: [string, string[]][] = []
    for (const table of Object.keys(tableShapes) as TableName[])
      found.push(...tenantsByPartition(table, await allRows(store, table)))
    expect(found.length).toBeGreaterThan(50)
    expect(found.filter(([, tenants]) => tenants.length > 1)).toEqual([])
  })

  it('of a table or an index begins with the tenant of its row, in every table', async () => {
    const { store } = await healthySystem()
    await store.write(takeRequests('acme', { number: 1, windowMs: 1_000 }, { count: 1, max: 1 }))
    const [published = {}] = await allRows(store, 'Events')
    await store.write(putUnconfirmed(parseEvent(published), '2026-03-01T12:00:00.000Z'))
    for (const table of Object.keys(tableShapes) as TableName[]) {
      // The position of a sweep over all tenants, and the ledger of its runs.
      if (table === 'SweepPositions' || table === 'Runs') continue
      const rows = await allRows(store, table)
      // Which generations of the read models exist is the same for all tenants, and so is whether everything is held.
      const isOfAll = (row: Row) => (table === 'Views' && isCatalog(row)) || (table === 'Tickets' && isStackHold(row))
      const found = tenantsByPartition(
        table,
        rows.filter((row) => !isOfAll(row)),
      )
      if (table !== 'Outbox') expect(found.length, table).toBeGreaterThan(0)
      for (const [key, [tenant = '', ...others]] of found) {
        expect(others, key).toEqual([])
        expect(key).toMatch(new RegExp(`^\\w+ TENANT#${tenant}(#|$)`))
      }
    }
  })
})
