import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import type { Store, Write } from '../../../tables/store.ts'
import { onStore, pk, put } from './rows.ts'

/** Writes and transactions, and the rows they store. */
export function writesAndTransactions(open: () => Store): void {
  const { readRow, commit } = onStore(open)

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

  it('reads a batch in the order of the request, of several tables, with undefined for missing rows', async () => {
    const partition = pk()
    await commit(put({ pk: partition, sk: 'a', n: 1 }), put({ pk: partition, sk: 'b', n: 2 }), {
      kind: 'put',
      table: 'RequestKeys',
      row: { pk: partition, n: 3 },
    })
    const ofTickets = ['b', 'none', 'a'].map((sk) => ({ table: 'Tickets', key: { pk: partition, sk } }) as const)
    const ofKeys = [partition, pk()].map((key) => ({ table: 'RequestKeys', key: { pk: key } }) as const)
    const { rows, unprocessed } = await open().batchRead([...ofTickets, ...ofKeys])
    expect([rows.map((row) => row?.n), unprocessed]).toEqual([[2, undefined, 1, 3, undefined], []])
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
}
