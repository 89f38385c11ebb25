import { describe, expect, it } from 'vitest'
import { rowKinds } from '../../proof/schema/kinds.ts'
import { shapeOf, ticketPagePath } from '../../scenarios/one-ticket/ticket-page.ts'
import { readPage } from '../docs/markdown.ts'

const page = readPage(ticketPagePath)

/** The rows of the table in this chapter, by column. */
function rowsOf(chapter: string): Record<string, string>[] {
  const [, text = ''] = page.split(`\n## ${chapter}\n`)
  const [header = '', , ...rows] = (text.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '))
  const cells = (line: string) => line.slice(2, -2).split(' | ')
  return rows.map((row) => Object.fromEntries(cells(header).map((name, at) => [name, cells(row)[at] ?? ''])))
}

describe('the page of one ticket', () => {
  const history = rowsOf('Its history')

  it('tells a history without a gap, whose hashes are a chain', () => {
    expect(history.map(({ seq }) => Number(seq))).toEqual(history.map((_, index) => index + 1))
    expect(history[0]?.['hash before']).toBe('')
    for (const [index, event] of history.slice(1).entries()) expect(event['hash before']).toBe(history[index]?.hash)
    expect(new Set(history.map((event) => event['event id'])).size).toBe(history.length)
  })

  it('has one event for each accepted change of the ticket, and none for the duplicate', () => {
    const deeds = rowsOf('What people did').filter(({ request }) => request?.includes('/tickets'))
    const replayed = deeds.filter(({ answer }) => answer?.includes('replayed'))
    expect(replayed).toHaveLength(1)
    // The file is requested and published by two events, besides what people did.
    expect(history).toHaveLength(deeds.length - replayed.length + 2)
  })

  it('names for each saga the event that started it, and no saga that has not ended', () => {
    const sagas = rowsOf('What each event led to')
    expect(sagas.length).toBeGreaterThan(5)
    for (const { event, state } of sagas) {
      expect(history.map(({ seq }) => seq)).toContain(event)
      expect(['completed', 'compensated']).toContain(state)
    }
  })

  it('knows every kind of row that it names', () => {
    const known = rowKinds.map(({ name }) => name)
    const named = page.match(/^\| [A-Z]\w+ \| ([^|]+) \| \d+ \| `TENANT#/gm) ?? []
    expect(named.length).toBeGreaterThan(10)
    for (const row of named) expect(known).toContain(row.split(' | ')[1])
  })
})

describe('the shape of the page', () => {
  it('is the same for a run with other ids and times', () => {
    const other = page
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}/g, (id) =>
        id
          .split('')
          .toReversed()
          .join('')
          .replace(/(....).(.{8})/, '$2-$1'),
      )
      .replaceAll(/T(\d\d):/g, 'T23:')
    expect(other).not.toBe(page)
    expect(shapeOf(other)).toBe(shapeOf(page))
  })

  it('is the same for a run during which an hour ended', () => {
    const other = page.replace('| active hour | 1 |', '| active hour | 2 |')
    expect(other).not.toBe(page)
    expect(shapeOf(other)).toBe(shapeOf(page))
  })

  it('differs when an attempt of a saga, an event or a row is another', () => {
    expect(shapeOf(page.replace('do mail: done', 'do mail: failed'))).not.toBe(shapeOf(page))
    expect(shapeOf(page.replace('ticket.assigned', 'ticket.unassigned'))).not.toBe(shapeOf(page))
    expect(shapeOf(page.replace(/\| event \| \d+ \|/, '| event | 1 |'))).not.toBe(shapeOf(page))
  })
})
