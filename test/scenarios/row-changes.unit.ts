import { describe, expect, it } from 'vitest'
import type { NamedRow } from '../../scenarios/runner/recording/named-rows.ts'
import { changeLine, changeLines, rowChanges } from '../../scenarios/runner/recording/row-changes.ts'
import type { TableName } from '../../tables/store.ts'

const row = (table: TableName, key: string, name: string, says: Record<string, string> = {}): NamedRow => ({
  ...{ table, key, name, says },
})
const ticket = (says: Record<string, string>) => row('Tickets', 'a', 'ticket t1 "Fire"', says)
const waiting = row('Outbox', 'a', 't1 #1 ticket.opened')
const lines = (before: NamedRow[], after: NamedRow[]) =>
  rowChanges(before, after).map((change) => {
    const { mark, table, text } = changeLine(change)
    return `${mark} ${table} ${text}`
  })

describe('what became of the rows between two looks', () => {
  it('tells what appeared with all it says, what changed with what it said before, and what went', () => {
    const before = [ticket({ status: 'open', version: 'v1' }), waiting]
    const after = [ticket({ status: 'resolved', version: 'v2' }), row('Views', 'v', 'counts', { counts: 'resolved 1' })]
    expect(lines(before, after)).toEqual([
      '~ Tickets ticket t1 "Fire": open → resolved, v1 → v2',
      '- Outbox t1 #1 ticket.opened',
      '+ Views counts: resolved 1',
    ])
  })

  it('tells nothing of what is as it was', () => {
    const same = [ticket({ status: 'open' }), waiting]
    expect(rowChanges(same, structuredClone(same))).toEqual([])
  })

  it('takes rows for the same by where they are stored, in each table apart', () => {
    const moved = { ...waiting, key: 'b' }
    expect(rowChanges([waiting], [moved]).map(({ change }) => change)).toEqual(['appeared', 'went'])
    expect(rowChanges([waiting], [{ ...waiting, table: 'Events' as const }]).map(({ table }) => table)).toEqual([
      'Events',
      'Outbox',
    ])
  })

  it('says what is no longer so, and does not repeat the words that stayed', () => {
    const checkpoint = (says: Record<string, string>) => [row('Receipts', 'r', 'views of t1', says)]
    const blocked = checkpoint({ applied: 'applied up to #1', blocked: 'blocked at #2' })
    expect(lines(blocked, checkpoint({ applied: 'applied up to #3' }))).toEqual([
      '~ Receipts views of t1: applied up to #1 → #3, no longer blocked at #2',
    ])
  })

  it('keeps the name of a row that can not be read any more', () => {
    const damaged = row('Views', 'v', '', { state: 'damaged' })
    expect(lines([row('Views', 'v', 'counts', { counts: 'open 1' })], [damaged])).toEqual([
      '~ Views counts: no longer open 1, damaged',
    ])
  })
})

describe('the lines of a step', () => {
  const many = Array.from({ length: 50 }, (_, index) => row('Tickets', `m${index}`, `comment #${index + 2}`))
  const answers = Array.from({ length: 50 }, (_, index) => row('RequestKeys', `k${index}`, 'answer', { status: '201' }))

  it('are no more than there is room for, and say how many rows they leave out', () => {
    const { lines, leftOut } = changeLines(rowChanges([], many), 4)
    expect(lines.map(({ text }) => text)).toEqual(['comment #2', 'comment #3', 'comment #4', 'comment #5'])
    expect(leftOut).toBe(46)
  })

  it('count equal ones instead of repeating them', () => {
    expect(changeLines(rowChanges([], answers), 4)).toEqual({
      lines: [{ mark: '+', table: 'RequestKeys', text: 'answer: 201 (×50)' }],
      leftOut: 0,
    })
  })

  it('have something of every table before more of one', () => {
    const { lines, leftOut } = changeLines(rowChanges([], [...many, ...answers, waiting]), 4)
    expect(lines.map(({ table }) => table)).toEqual(['Tickets', 'Tickets', 'Outbox', 'RequestKeys'])
    expect(leftOut).toBe(48)
  })
})
