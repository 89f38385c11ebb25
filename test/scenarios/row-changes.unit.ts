import { describe, expect, it } from 'vitest'
import type { NamedRow } from '../../scenarios/runner/recording/named-rows.ts'
import { formatChange, formatChanges, rowChanges } from '../../scenarios/runner/recording/row-changes.ts'
import type { TableName } from '../../tables/store.ts'

const row = (table: TableName, key: string, name: string, values: Record<string, string> = {}): NamedRow => ({
  table,
  key,
  name,
  values,
})
const ticket = (values: Record<string, string>) => row('Tickets', 'a', 'ticket t1 "Fire"', values)
const outboxRow = row('Outbox', 'a', 't1 #1 ticket.opened')
const linesOf = (before: NamedRow[], after: NamedRow[]) =>
  rowChanges(before, after).map((change) => {
    const { sign, table, text } = formatChange(change)
    return `${sign} ${table} ${text}`
  })

describe('the changes between two readings', () => {
  it('show added rows with all values, changed rows with old and new values, and removed rows', () => {
    const before = [ticket({ status: 'open', version: 'v1' }), outboxRow]
    const after = [ticket({ status: 'resolved', version: 'v2' }), row('Views', 'v', 'counts', { counts: 'resolved 1' })]
    expect(linesOf(before, after)).toEqual([
      '~ Tickets ticket t1 "Fire": open → resolved, v1 → v2',
      '- Outbox t1 #1 ticket.opened',
      '+ Views counts: resolved 1',
    ])
  })

  it('leave out rows that did not change', () => {
    const rows = [ticket({ status: 'open' }), outboxRow]
    expect(rowChanges(rows, structuredClone(rows))).toEqual([])
  })

  it('identify a row by its table and key', () => {
    const otherKey = { ...outboxRow, key: 'b' }
    expect(rowChanges([outboxRow], [otherKey]).map(({ change }) => change)).toEqual(['added', 'removed'])
    const otherTable = { ...outboxRow, table: 'Events' as const }
    expect(rowChanges([outboxRow], [otherTable]).map(({ table }) => table)).toEqual(['Events', 'Outbox'])
  })

  it('show a value that is gone, and do not repeat words that stay', () => {
    const checkpoint = (values: Record<string, string>) => [row('Receipts', 'r', 'views of t1', values)]
    const blocked = checkpoint({ applied: 'applied up to #1', blocked: 'blocked at #2' })
    expect(linesOf(blocked, checkpoint({ applied: 'applied up to #3' }))).toEqual([
      '~ Receipts views of t1: applied up to #1 → #3, no longer blocked at #2',
    ])
  })

  it('keep the earlier name of a row that can no longer be read', () => {
    const unreadable = row('Views', 'v', '', { state: 'unreadable' })
    expect(linesOf([row('Views', 'v', 'counts', { counts: 'open 1' })], [unreadable])).toEqual([
      '~ Views counts: no longer open 1, unreadable',
    ])
  })
})

describe('the lines of a step', () => {
  const comments = Array.from({ length: 50 }, (_, index) => row('Tickets', `m${index}`, `comment #${index + 2}`))
  const answers = Array.from({ length: 50 }, (_, index) => row('RequestKeys', `k${index}`, 'answer', { status: '201' }))

  it('are limited, and count the rows that they leave out', () => {
    const { lines, rowsLeftOut } = formatChanges(rowChanges([], comments), 4)
    expect(lines.map(({ text }) => text)).toEqual(['comment #2', 'comment #3', 'comment #4', 'comment #5'])
    expect(rowsLeftOut).toBe(46)
  })

  it('count equal lines instead of repeating them', () => {
    expect(formatChanges(rowChanges([], answers), 4)).toEqual({
      lines: [{ sign: '+', table: 'RequestKeys', text: 'answer: 201 (×50)' }],
      rowsLeftOut: 0,
    })
  })

  it('include every table before a second line of any table', () => {
    const { lines, rowsLeftOut } = formatChanges(rowChanges([], [...comments, ...answers, outboxRow]), 4)
    expect(lines.map(({ table }) => table)).toEqual(['Tickets', 'Tickets', 'Outbox', 'RequestKeys'])
    expect(rowsLeftOut).toBe(48)
  })
})
