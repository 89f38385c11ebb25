import { describe, expect, it } from 'vitest'
import { capacityOf, indexedBytes, type TablesSettings } from '../../../proof/cost/capacity.ts'
import { withKeysOnly } from '../../../proof/cost/levers.ts'
import type { DatabaseCall, RowUse } from '../../../proof/cost/usage.ts'

const tables: TablesSettings = {
  Tickets: {
    keys: ['pk', 'sk'],
    indexes: [
      { name: 'byStatus', keys: ['statusPk', 'openedSk'], projection: 'ALL' },
      { name: 'open', keys: ['openPk', 'openedSk'], projection: 'KEYS_ONLY' },
      { name: 'titles', keys: ['statusPk', 'openedSk'], projection: ['title'] },
    ],
  },
}

const sizes = { pk: 30, sk: 10, statusPk: 30, openedSk: 50, openPk: 30, title: 50, version: 10, rest: 900 }

/** A comment on a ticket: only its version changes. */
const header: RowUse = {
  table: 'Tickets',
  kind: 'HEADER',
  bytesBefore: 1_110,
  bytesAfter: 1_110,
  before: sizes,
  after: sizes,
  changed: ['version'],
}

function call(operation: string, rows: RowUse[], isConsistent = false): DatabaseCall {
  return { function: 'f', operation, isConsistent, times: 1, rows }
}

const read = (bytesBefore?: number): RowUse => ({
  table: 'Views',
  kind: '',
  ...(bytesBefore !== undefined && { bytesBefore }),
})

describe('the capacity units of a call', () => {
  it('are one write unit per KB of the larger of old and new item, twice that in a transaction', () => {
    const row: RowUse = { table: 'Views', kind: '', bytesBefore: 2_049, bytesAfter: 100 }
    expect(capacityOf(call('PutItem', [row]), tables).write).toBe(3)
    expect(capacityOf(call('TransactWriteItems', [row, { ...row, bytesBefore: 1 }]), tables).write).toBe(6 + 2)
  })

  it('are one read unit per 4 KB, half that when eventually consistent, twice that in a transaction, and never none', () => {
    expect(capacityOf(call('GetItem', [read(4_097)], true), tables).read).toBe(2)
    expect(capacityOf(call('GetItem', [read(4_096)]), tables).read).toBe(0.5)
    expect(capacityOf(call('TransactGetItems', [read(), read(4_097)]), tables).read).toBe(2 + 4)
    expect(capacityOf(call('BatchGetItem', [read(), read(10)], true), tables).read).toBe(2)
  })

  it('of a query are the ones that were measured', () => {
    expect(capacityOf({ ...call('Query Tickets', []), readUnits: 3.5 }, tables)).toEqual({
      read: 3.5,
      write: 0,
      byIndex: {},
    })
  })

  it('include each index that holds a changed attribute, and no index that holds only keys', () => {
    const units = capacityOf(call('TransactWriteItems', [header]), tables)
    expect(units).toEqual({ read: 0, write: 4 + 2, byIndex: { 'Tickets.byStatus': 2 } })
  })

  it('include a deletion and a new entry in each index whose key changed', () => {
    const moved = { ...header, changed: ['statusPk', 'version'] }
    // The whole row is 2 KB, its title with the keys less than 1 KB.
    const byIndex = { 'Tickets.byStatus': 4, 'Tickets.titles': 2 }
    expect(capacityOf(call('PutItem', [moved]), tables)).toEqual({ read: 0, write: 2 + 4 + 2, byIndex })
  })

  it('include an entry that leaves a sparse index, and none that never was in it', () => {
    const { openPk: _, ...closed } = sizes
    const leaving = { ...header, after: closed, bytesAfter: 1_080, changed: ['openPk'] }
    expect(capacityOf(call('PutItem', [leaving]), tables).byIndex).toEqual({ 'Tickets.byStatus': 2, 'Tickets.open': 1 })
    const outside = { ...header, before: closed, after: closed }
    expect(capacityOf(call('PutItem', [outside]), tables).byIndex).toEqual({ 'Tickets.byStatus': 2 })
  })

  it('lose an index at each comment when it is narrowed to keys', () => {
    const narrowed = withKeysOnly(tables, 'Tickets', 'byStatus')
    expect(capacityOf(call('TransactWriteItems', [header]), narrowed)).toEqual({ read: 0, write: 4, byIndex: {} })
  })
})

describe('the bytes that indexes store', () => {
  it('are 100 per entry and what is projected', () => {
    const added: RowUse = { table: 'Tickets', kind: 'HEADER', bytesAfter: 1_110, after: sizes, changed: [] }
    const keys = 30 + 10 + 30 + 50
    expect(indexedBytes(added, tables)).toBe(1_110 + 100 + (keys + 100) + (keys + 50 + 100))
    expect(indexedBytes(header, tables)).toBe(0)
  })
})
