import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { type Condition, isSatisfied } from '../../tables/condition.ts'
import type { Key, Query, Row, Store, Write } from '../../tables/store.ts'

/**
 * The promises of every {@link Store}. The suite runs against the in-memory store and against a DynamoDB engine, so that what tests prove
 * with the former is true of the latter.
 */
export function storeSuite(open: () => Store): void {
  const pk = () => `TENANT#suite#${randomUUID()}`
  const put = (row: Row & Key, when?: Condition): Write => ({
    kind: 'put',
    table: 'Tickets',
    row,
    ...(when && { when }),
  })
  const readRow = (key: Key) => open().get({ table: 'Tickets', key })
  const commit = (...writes: Write[]) => open().transactWrite(writes, randomUUID())

  it('stores rows exactly: nesting, empty values, all of Unicode, numbers', async () => {
    const row = {
      pk: pk(),
      sk: 'a',
      text: 'Häuser \u202eשלום 🔥 \t"\\',
      empty: '',
      zero: 0,
      fraction: -0.25,
      big: Number.MAX_SAFE_INTEGER,
      yes: true,
      no: false,
      nothing: null,
      list: [1, 'two', { three: [] }],
      map: { empty: {}, 'a.b#c': 'd' },
    }
    expect(await commit(put(row))).toEqual({ status: 'committed' })
    const key = { pk: row.pk, sk: row.sk }
    expect(await readRow(key)).toEqual(row)
    expect(await open().transactRead([{ table: 'Tickets', key }])).toEqual({ status: 'read', rows: [row] })
  })

  it('omits members that are undefined', async () => {
    const key = { pk: pk(), sk: 'a' }
    await commit(put({ ...key, gone: undefined, nested: { gone: undefined, here: 1 } }))
    expect(await readRow(key)).toEqual({ ...key, nested: { here: 1 } })
  })

  it('reads a snapshot in the order of the request, with undefined for missing rows', async () => {
    const partition = pk()
    await commit(put({ pk: partition, sk: 'a', n: 1 }), put({ pk: partition, sk: 'b', n: 2 }))
    const reads = ['b', 'none', 'a'].map((sk) => ({ table: 'Tickets', key: { pk: partition, sk } }) as const)
    const outcome = await open().transactRead(reads)
    expect(outcome.status === 'read' && outcome.rows.map((row) => row?.n)).toEqual([2, undefined, 1])
  })

  it('returns copies: changing a row that was read does not change the stored one', async () => {
    const key = { pk: pk(), sk: 'a' }
    const row = { ...key, list: [1] }
    await commit(put(row))
    row.list.push(2)
    const read = (await readRow(key)) as typeof row
    read.list.push(3)
    expect(await readRow(key)).toEqual({ ...key, list: [1] })
  })

  const conditions: Condition[] = [
    { row: 'absent' },
    { row: 'present' },
    { attribute: 'status', is: 'absent' },
    { attribute: 'status', is: 'present' },
    { attribute: 'status', equals: 'open' },
    { attribute: 'version', equals: 3 },
    { attribute: 'done', equals: false },
    { attribute: 'version', below: 3 },
    { attribute: 'version', below: 4 },
    { attribute: 'version', atMost: 2 },
    { attribute: 'version', atMost: 3 },
    { attribute: 'status', below: 9 },
    { attribute: 'status', atMost: 'open' },
    { attribute: 'status', atMost: 'closed' },
    { attribute: 'version', atMost: 'open' },
    { any: [{ row: 'absent' }, { attribute: 'version', below: 4 }] },
    {
      any: [
        { attribute: 'version', equals: 1 },
        { attribute: 'version', equals: 2 },
      ],
    },
    { all: [{ row: 'present' }, { attribute: 'status', equals: 'open' }] },
    {
      all: [
        { attribute: 'status', equals: 'open' },
        { attribute: 'version', below: 3 },
      ],
    },
    {
      any: [
        {
          all: [
            { attribute: 'version', equals: 3 },
            { attribute: 'done', equals: true },
          ],
        },
        { row: 'absent' },
      ],
    },
  ]
  const states: [name: string, row: Row | undefined][] = [
    ['no row', undefined],
    ['an open row', { status: 'open', version: 3, done: false }],
    ['a done row', { status: 'closed', version: 2, done: true }],
    ['a row without attributes', {}],
    ['a row of other types', { status: 7, version: '3', done: 'false' }],
  ]

  it.each(conditions.map((condition) => [JSON.stringify(condition), condition] as const))(
    'evaluates a condition on the stored row: %s',
    async (_, condition) => {
      for (const [name, state] of states) {
        const key = { pk: pk(), sk: 'a' }
        const before = state && { ...key, ...state }
        if (before) await commit(put(before))
        const expected = isSatisfied(condition, before)
        const written = await open().write(put({ ...key, note: 'written' }, condition))
        expect([name, written]).toEqual([
          name,
          expected ? { status: 'done' } : { status: 'condition-failed', ...(before && { row: before }) },
        ])
        if (expected) await open().write(before ? put(before) : { kind: 'delete', table: 'Tickets', key })
        const check: Write = { kind: 'check', table: 'Tickets', key, when: condition }
        const committed = await commit(check, put({ ...key, sk: 'b' }))
        expect([name, committed]).toEqual([
          name,
          expected
            ? { status: 'committed' }
            : {
                status: 'cancelled',
                reasons: [{ code: 'condition', ...(before && { row: before }) }, { code: 'none' }],
              },
        ])
        expect((await readRow({ ...key, sk: 'b' })) !== undefined).toBe(expected)
      }
    },
  )

  it('cancels the whole transaction, with a reason for each row in the order of the writes', async () => {
    const partition = pk()
    await commit(put({ pk: partition, sk: 'taken', n: 1 }), put({ pk: partition, sk: 'old', version: 2 }))
    const outcome = await commit(
      put({ pk: partition, sk: 'free' }, { row: 'absent' }),
      put({ pk: partition, sk: 'taken' }, { row: 'absent' }),
      { kind: 'delete', table: 'Tickets', key: { pk: partition, sk: 'missing' }, when: { row: 'present' } },
      put({ pk: partition, sk: 'old' }, { attribute: 'version', equals: 1 }),
      { kind: 'update', table: 'Events', key: { pk: partition, sk: 'n' }, add: { n: 1 } },
    )
    expect(outcome).toEqual({
      status: 'cancelled',
      reasons: [
        { code: 'none' },
        { code: 'condition', row: { pk: partition, sk: 'taken', n: 1 } },
        { code: 'condition' },
        { code: 'condition', row: { pk: partition, sk: 'old', version: 2 } },
        { code: 'none' },
      ],
    })
    expect(await readRow({ pk: partition, sk: 'free' })).toBeUndefined()
    expect(await open().get({ table: 'Events', key: { pk: partition, sk: 'n' } })).toBeUndefined()
  })

  it('commits the same writes with the same token once, and refuses other writes with that token', async () => {
    const key = { pk: pk(), sk: 'a' }
    const token = randomUUID()
    const add = (by: number): Write[] => [{ kind: 'update', table: 'Tickets', key, add: { n: by } }]
    for (let sends = 0; sends < 3; sends++)
      expect(await open().transactWrite(add(1), token)).toEqual({ status: 'committed' })
    expect(await readRow(key)).toMatchObject({ n: 1 })
    await expect(open().transactWrite(add(2), token)).rejects.toThrow(/token|IdempotentParameterMismatch/i)
    expect(await open().transactWrite(add(1), randomUUID())).toEqual({ status: 'committed' })
    expect(await readRow(key)).toMatchObject({ n: 2 })
  })

  it('refuses a transaction that contains a row twice', async () => {
    const key = { pk: pk(), sk: 'a' }
    await expect(commit(put(key), { kind: 'check', table: 'Tickets', key, when: { row: 'absent' } })).rejects.toThrow()
    expect(await readRow(key)).toBeUndefined()
  })

  it('refuses to read a row twice in one transaction, and to read or write more than 100 rows', async () => {
    const partition = pk()
    const reads = Array.from(
      { length: 101 },
      (_, n) => ({ table: 'Tickets', key: { pk: partition, sk: `${n}` } }) as const,
    )
    const [read] = reads
    await expect(open().transactRead([read, read].flatMap((repeated) => repeated ?? []))).rejects.toThrow()
    await expect(open().transactRead(reads)).rejects.toThrow()
    expect((await open().transactRead(reads.slice(1))).status).toBe('read')
    await expect(commit(...reads.map(({ key }) => put(key)))).rejects.toThrow()
    expect(await commit(...reads.slice(1).map(({ key }) => put(key)))).toEqual({ status: 'committed' })
  })

  it('updates the named attributes and no others; a missing row is created with its key', async () => {
    const key = { pk: pk(), sk: 'a' }
    const update = (change: Partial<Write & { kind: 'update' }>): Write => ({
      kind: 'update',
      table: 'Tickets',
      key,
      ...change,
    })
    await open().write(update({ set: { status: 'new', data: { a: 1 } }, add: { count: 2 } }))
    expect(await readRow(key)).toEqual({ ...key, status: 'new', data: { a: 1 }, count: 2 })
    await open().write(
      update({ set: { status: 'old', name: 'n' }, add: { count: -5, other: 1 }, remove: ['data', 'none'] }),
    )
    expect(await readRow(key)).toEqual({ ...key, status: 'old', name: 'n', count: -3, other: 1 })
    const failed = await open().write(update({ add: { count: 1 }, when: { attribute: 'count', equals: 0 } }))
    expect(failed).toMatchObject({ status: 'condition-failed', row: { count: -3 } })
    expect(await commit(update({ add: { count: 1 }, when: { attribute: 'count', atMost: -3 } }))).toEqual({
      status: 'committed',
    })
    expect(await readRow(key)).toMatchObject({ count: -2 })
  })

  it('deletes a row, and succeeds when there is none', async () => {
    const key = { pk: pk(), sk: 'a' }
    const remove: Write = { kind: 'delete', table: 'Tickets', key }
    await commit(put(key))
    expect([await open().write(remove), await open().write(remove)]).toEqual([{ status: 'done' }, { status: 'done' }])
    expect(await readRow(key)).toBeUndefined()
  })

  it('refuses a check as a single write', async () => {
    const key = { pk: pk(), sk: 'a' }
    await expect(open().write({ kind: 'check', table: 'Tickets', key, when: { row: 'absent' } })).rejects.toThrow(
      /check/,
    )
  })

  it('supports tables without a sort key', async () => {
    const key = { pk: pk() }
    await commit({ kind: 'put', table: 'RequestKeys', row: { ...key, n: 1 }, when: { row: 'absent' } })
    expect(await open().get({ table: 'RequestKeys', key })).toEqual({ ...key, n: 1 })
    const again = await commit({ kind: 'put', table: 'RequestKeys', row: { ...key, n: 2 }, when: { row: 'absent' } })
    expect(again).toEqual({ status: 'cancelled', reasons: [{ code: 'condition', row: { ...key, n: 1 } }] })
  })

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
        const page = await open().scan({ table: 'Sagas', index: 'live', limit, after })
        found.push(...page.rows.filter((row) => `${row.pk}`.startsWith(prefix)).map(({ n }) => n))
        after = page.next
      } while (after)
      expect(found.toSorted()).toEqual([0, 2, 4])
    }
  })
}
