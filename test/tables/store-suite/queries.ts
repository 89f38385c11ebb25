import { expect, it } from 'vitest'
import type { Condition } from '../../../tables/condition.ts'
import { keyAttributesOf } from '../../../tables/key-shapes.ts'
import type { Query, Row, Store } from '../../../tables/store.ts'
import { onStore, pk, put } from './rows.ts'

/** Queries and scans of tables and indexes. */
export function queriesAndScans(open: () => Store): void {
  const { commit } = onStore(open)

  async function pages(query: Query): Promise<{ ids: unknown[]; pages: number }> {
    const ids: unknown[] = []
    let count = 0
    let after: Row | undefined
    do {
      const page = await open().query({ ...query, after })
      ids.push(...page.rows.map(({ sk, id }) => id ?? sk))
      count++
      after = page.next
    } while (after)
    return { ids, pages: count }
  }

  it('reads a partition in key order, in both directions, by prefix and range, with any page size', async () => {
    const partition = pk()
    const keys = ['B#1', 'M#02', 'M#01', 'M#10', 'Ma', 'a', 'M', 'Z', 'M#1']
    for (const sk of keys) await commit(put({ pk: partition, sk }))
    await commit(put({ pk: `${partition}x`, sk: 'M#03' }))
    const sorted = keys.toSorted()
    for (const limit of [undefined, 1, 2, 3, 100]) {
      const query = { table: 'Tickets', partition, ...(limit && { limit }) } as const
      const idsOf = async (options: Partial<Query>) => (await pages({ ...query, ...options })).ids
      expect(await idsOf({})).toEqual(sorted)
      expect(await idsOf({ descending: true })).toEqual(sorted.toReversed())
      expect(await idsOf({ sort: { prefix: 'M#' } })).toEqual(['M#01', 'M#02', 'M#1', 'M#10'])
      expect(await idsOf({ sort: { prefix: 'M#' }, descending: true })).toEqual(['M#10', 'M#1', 'M#02', 'M#01'])
      expect(await idsOf({ sort: { after: 'M#02' } })).toEqual(['M#1', 'M#10', 'Ma', 'Z', 'a'])
      expect(await idsOf({ sort: { from: 'M', to: 'M#02' } })).toEqual(['M', 'M#01', 'M#02'])
      expect(await idsOf({ sort: { from: 'c', to: 'd' } })).toEqual([])
    }
  })

  it('filters after reading: a page may be short or empty although more pages follow', async () => {
    const partition = pk()
    for (let n = 0; n < 9; n++)
      await commit(put({ pk: partition, sk: `${n}`, status: n % 4 === 0 ? 'open' : 'closed' }))
    const filter: Condition = { attribute: 'status', equals: 'open' }
    const query = { table: 'Tickets', partition, filter, limit: 2 } as const
    const second = await open().query({ ...query, after: { pk: partition, sk: '1' } })
    expect([second.rows, second.next]).toEqual([[], { pk: partition, sk: '3' }])
    const all = await pages(query)
    expect([all.ids, all.pages >= 5]).toEqual([['0', '4', '8'], true])
  })

  it('continues after a row that was deleted since, and after one that never existed', async () => {
    const partition = pk()
    for (const sk of ['a', 'b', 'c', 'd']) await commit(put({ pk: partition, sk }))
    const query = { table: 'Tickets', partition, limit: 2 } as const
    const { next } = await open().query(query)
    await open().write({ kind: 'delete', table: 'Tickets', key: { pk: partition, sk: 'b' } })
    expect((await open().query({ ...query, after: next })).rows.map(({ sk }) => sk)).toEqual(['c', 'd'])
    expect((await open().query({ ...query, after: { pk: partition, sk: 'bb' } })).rows.map(({ sk }) => sk)).toEqual([
      'c',
      'd',
    ])
    const preceding = await open().query({ ...query, after: { pk: partition, sk: 'bb' }, descending: true })
    expect(preceding.rows.map(({ sk }) => sk)).toEqual(['a'])
  })

  it('queries an index for the rows that have its attributes, in its order, with all attributes', async () => {
    const tenantPk = pk()
    const opened = ['2025-01-03', '2025-01-01', '2025-01-02']
    const rows = opened.map((openedSk) => ({
      pk: pk(),
      sk: 'HEADER',
      id: openedSk,
      tenantPk,
      openedSk,
      data: { a: 1 },
    }))
    for (const row of rows) await commit(put(row))
    await commit(put({ pk: pk(), sk: 'HEADER', id: 'sparse', tenantPk }))
    for (const limit of [1, 2, 100]) {
      const query = { table: 'Tickets', index: 'byTenant', partition: tenantPk, limit } as const
      expect((await pages(query)).ids).toEqual(opened.toSorted())
      expect((await pages({ ...query, descending: true })).ids).toEqual(opened.toSorted().toReversed())
      expect((await pages({ ...query, sort: { from: '2025-01-02', to: '2025-01-03' } })).ids).toEqual([
        '2025-01-02',
        '2025-01-03',
      ])
    }
    const first = await open().query({ table: 'Tickets', index: 'byTenant', partition: tenantPk, limit: 1 })
    expect(first.rows).toEqual([rows[1]])
    expect(first.next).toEqual({ pk: rows[1]?.pk, sk: 'HEADER', tenantPk, openedSk: '2025-01-01' })
  })

  it('moves a row within an index when its attribute changes, and removes it when the attribute is gone', async () => {
    const [from, to] = [pk(), pk()]
    const row = { pk: pk(), sk: 'HEADER', openedSk: '1' }
    const listed = async (partition: string) =>
      (await open().query({ table: 'Tickets', index: 'byAssignee', partition })).rows.length
    await commit(put({ ...row, assigneePk: from }))
    expect([await listed(from), await listed(to)]).toEqual([1, 0])
    await commit(put({ ...row, assigneePk: to }))
    expect([await listed(from), await listed(to)]).toEqual([0, 1])
    await commit(put(row))
    expect([await listed(from), await listed(to)]).toEqual([0, 0])
  })

  it('scans a whole table page by page, each row once', async () => {
    const prefix = pk()
    for (let n = 0; n < 7; n++)
      await commit({ kind: 'put', table: 'Outbox', row: { pk: `${prefix}${n % 3}`, sk: `${n}` } })
    for (const limit of [1, 3, 100]) {
      const found: string[] = []
      let after: Row | undefined
      do {
        const page = await open().scan({ table: 'Outbox', limit, after })
        found.push(...page.rows.filter((row) => `${row.pk}`.startsWith(prefix)).map(({ sk }) => `${sk}`))
        after = page.next
      } while (after)
      expect(found.toSorted()).toEqual(['0', '1', '2', '3', '4', '5', '6'])
    }
  })

  it('scans an index for the rows that have its attributes, each row once, with any page size', async () => {
    const prefix = pk()
    for (let n = 0; n < 6; n++) {
      const live = n % 2 === 0 && { livePk: `${prefix}LIVE`, startedSk: `${n}` }
      await commit({ kind: 'put', table: 'Sagas', row: { pk: `${prefix}${n}`, sk: 'SAGA', n, ...live } })
    }
    for (const limit of [1, 2, 100]) {
      const found: unknown[] = []
      let after: Row | undefined
      do {
        const page = await open().scan({ table: 'Sagas', index: 'liveKeys', limit, after })
        found.push(...page.rows.filter((row) => `${row.pk}`.startsWith(prefix)).map(({ startedSk }) => startedSk))
        after = page.next
      } while (after)
      expect(found.toSorted()).toEqual(['0', '2', '4'])
    }
  })

  it('answers nothing but keys from an index that holds keys, and filters by them alone', async () => {
    const key = { pk: pk(), sk: 'SAGA', livePk: pk(), startedSk: '1' }
    await commit({ kind: 'put', table: 'Sagas', row: { ...key, state: 'running', touchedAt: 'now' } })
    const query = { table: 'Sagas', index: 'liveKeys', partition: key.livePk } as const
    expect((await open().query(query)).rows).toEqual([key])
    const { rows } = await open().scan({ table: 'Sagas', index: 'liveKeys' })
    expect(rows.filter((row) => row.pk === key.pk)).toEqual([key])
    const filtered = await open().query({ ...query, filter: { attribute: 'state', equals: 'running' } })
    expect(filtered.rows).toEqual([])
  })

  it('scans on behind a row that has been removed since, from a table and from an index', async () => {
    const prefix = pk()
    const row = (n: number) => ({ pk: `${prefix}${n}`, sk: 'SAGA', livePk: `${prefix}LIVE`, startedSk: `${n}` })
    for (let n = 0; n < 8; n++) await commit({ kind: 'put', table: 'Sagas', row: row(n) })
    for (const scan of [{ table: 'Sagas' }, { table: 'Sagas', index: 'liveKeys' }] as const) {
      const scanned = async (after?: Row): Promise<Row[]> => {
        const page = await open().scan({ ...scan, limit: 3, after })
        return [...page.rows, ...(page.next ? await scanned(page.next) : [])]
      }
      const all = (await scanned()).filter((found) => `${found.pk}`.startsWith(prefix))
      const behind = all.at(3) as Row
      await commit({ kind: 'delete', table: 'Sagas', key: { pk: `${behind.pk}`, sk: 'SAGA' } })
      const rest = await scanned(keyAttributesOf(behind, scan))
      expect(rest.filter((found) => `${found.pk}`.startsWith(prefix))).toEqual(all.slice(4))
      await commit({ kind: 'put', table: 'Sagas', row: row(Number(behind.startedSk)) })
    }
  })
}
