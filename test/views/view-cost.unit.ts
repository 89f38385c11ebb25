import { describe, expect, it } from 'vitest'
import { MigratedStore } from '../../app/migrate/migrated-store.ts'
import { migrations } from '../../app/migrate/migrations.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { getDashboard } from '../../functions/get-dashboard/get-dashboard.ts'
import { getStats } from '../../functions/get-stats/get-stats.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { type IndexShape, tableShapes } from '../../tables/key-shapes.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Row, Store, TableName, Write } from '../../tables/store.ts'
import { readPage } from '../docs/markdown.ts'
import { Api, agent, customer } from '../fixtures/api.ts'
import { VirtualRuntime } from '../fixtures/virtual-runtime.ts'
import { projectAll } from './projecting.ts'

const page = 25

/** Names and values in UTF-8; every row here is far from a boundary of the units. */
const bytesOf = (row: Row | undefined) => (row ? Buffer.byteLength(JSON.stringify(row)) : 0)
const units = (bytes: number, unitBytes: number) => Math.max(1, Math.ceil(bytes / unitBytes))

/**
 * Counts units by DynamoDB's rules: reads by 4 KB, half when eventually consistent; writes by 1 KB, twice in a transaction, once per index.
 */
class Meter extends MemoryStore {
  read = 0
  written: Record<string, number> = {}

  override async get(read: Parameters<Store['get']>[0]) {
    const row = await super.get(read)
    this.read += units(bytesOf(row), 4_096)
    return row
  }

  override async query(query: Parameters<Store['query']>[0]) {
    const found = await super.query(query)
    const bytes = found.rows.reduce((sum, row) => sum + bytesOf(row), 0)
    this.read += units(bytes, 4_096) * (query.index ? 0.5 : 1)
    return found
  }

  override async transactWrite(writes: readonly Write[], token: string) {
    const before = await Promise.all(
      writes.map(({ table, ...write }) => super.get({ table, key: 'key' in write ? write.key : keyOf(write.row) })),
    )
    const outcome = await super.transactWrite(writes, token)
    for (const [index, write] of writes.entries()) {
      if (write.kind !== 'put') continue
      const { table, row } = write
      this.#add(nameOf(table, row), 2 * units(Math.max(bytesOf(before[index]), bytesOf(row)), 1_024))
      const shapes: readonly IndexShape[] = tableShapes[table].indexes
      for (const shape of shapes) this.#add('indexes', indexUnits(shape, before[index], row))
    }
    return outcome
  }

  #add(what: string, count: number): void {
    this.written[what] = (this.written[what] ?? 0) + count
  }
}

/** The table; for a row of a read model its name, and for one that says what they reflect `sequence`. */
function nameOf(table: TableName, { pk, sk }: Row): string {
  if (table !== 'Views') return table
  return sk === 'PROJECTIONS' ? 'sequence' : (String(pk).split(/[#@]/)[2] ?? '')
}

const keyOf = ({ pk, sk }: { pk: string; sk?: unknown }) => ({ pk, ...(typeof sk === 'string' && { sk }) })

/** One for a row that is put or removed, two for one that moves; rows have less than 1 KB. */
function indexUnits({ partitionKey, sortKey, holds }: IndexShape, before: Row | undefined, after: Row): number {
  const keys = [before, after].map((row) => row?.[partitionKey] && `${row[partitionKey]} ${row[sortKey]}`)
  const [was, is] = keys
  if (was === is) return is && holds !== 'keys' ? 1 : 0
  return was && is ? 2 : 1
}

async function busyTenant() {
  const store = new Meter()
  const runtime = new VirtualRuntime()
  // As the functions have it: headers are stored in one form.
  const api = new Api({ store: new MigratedStore(store, runtime, migrations), runtime })
  const ids: string[] = []
  for (let count = 0; count < page; count++) ids.push(await api.openTicket(customer))
  await projectAll(api)
  const ticketId = ids[0] ?? ''
  /** The read units of a request, and its write units by table and for indexes, with those of what it leads to. */
  const measure = async (work: () => Promise<unknown>) => {
    const from = { read: store.read, written: { ...store.written } }
    await work()
    const read = store.read - from.read
    await projectAll(api)
    const written = ['indexes', 'STATS', 'DASHBOARD', 'sequence'].map(
      (what) => (store.written[what] ?? 0) - (from.written[what] ?? 0),
    )
    return { read, written }
  }
  return { api, ticketId, measure }
}

/** The numbers in a row of a table of the page. */
function rowOfPage(name: string): number[] {
  const line = readPage('docs/adr/0035-where-a-read-model-earns-its-place.md')
    .split('\n')
    .find((each) => each.startsWith(`| ${name} |`))
  return (line ?? '').split('|').slice(2, -1).map(Number)
}

describe('what reads cost, as ADR 35 says,', () => {
  it('is a few units from the indexes of the truth and from a read model', async () => {
    const { api, measure } = await busyTenant()
    const list = await measure(() => api.call(agent, listTickets, { query: { limit: String(page) } }))
    const stats = await measure(() => api.call(agent, getStats))
    const dashboard = await measure(() => api.call(agent, getDashboard))
    expect([list.read, stats.read, dashboard.read]).toEqual([
      ...rowOfPage('`GET /tickets`, a page of 25'),
      ...rowOfPage('`GET /stats`'),
      ...rowOfPage('`GET /dashboard`, a week'),
    ])
  })

  it('is paid at each write, for the indexes and for the read models', async () => {
    const { api, ticketId, measure } = await busyTenant()
    const params = { ticketId }
    const open = await measure(() => api.openTicket(customer))
    const comment = await measure(() => api.call(agent, addComment, { params, body: { body: 'Hello.' } }))
    const change = await measure(() =>
      api.call(agent, changeStatus, { params, body: { to: 'resolved', reason: 'Done.' } }),
    )
    expect([open, comment, change].map(({ written }) => written)).toEqual([
      rowOfPage('a ticket is opened'),
      rowOfPage('a comment, the first answer'),
      rowOfPage('a change of status'),
    ])
  })
})
