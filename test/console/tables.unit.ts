import { describe, expect, it } from 'vitest'
import { rowViews, ticketOfKey, withoutRemoved } from '../../console/rows/row-views.ts'
import type { TableRows, WatchedRow } from '../../console/wire-tables.ts'
import { readReplay } from '../../proof/console/read-replay.ts'
import { watchTables } from '../../proof/console/watch-tables.ts'
import { exampleRow } from '../../proof/schema/example-row.ts'
import { rowKinds } from '../../proof/schema/kinds.ts'
import { appendEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Row, ScanRequest } from '../../tables/store.ts'
import { event } from '../relay/fixtures.ts'

/** A table that is scanned in pages, and a clock that goes a second per reading. */
function watched(rows: Row[], rowsPerPage = 2) {
  let second = 0
  const scan = async ({ after }: ScanRequest) => {
    const from = after ? rows.findIndex(({ pk }) => pk === after.pk) + 1 : 0
    const page = rows.slice(from, from + rowsPerPage)
    const last = page.at(-1)
    return { rows: page, ...(last && from + rowsPerPage < rows.length && { next: { pk: last.pk } as Row }) }
  }
  return watchTables({ scan }, () => new Date(++second * 1_000))
}
const quota = (id: string, more: object = {}): Row => ({ pk: `TENANT#t#${id}`, sk: 'X', ...more })

describe('rows of a table', () => {
  it('have changed in nothing at first, and then say what happened, the newest on top', async () => {
    const rows = [quota('a'), quota('b'), quota('c')]
    const watch = watched(rows)
    const read = async () => {
      const found = await watch.read({ table: 'Quotas', contains: '' })
      return found?.rows.map(
        ({ key, change }) => `${key.slice(9, 10)}${change ? ` ${change.what} ${change.seenAt.slice(17, 19)}` : ''}`,
      )
    }
    expect(await read()).toEqual(['a', 'b', 'c'])
    rows[1] = quota('b', { pk: 'TENANT#t#b', used: 1 })
    rows.push(quota('d'))
    expect(await read()).toEqual(['b changed 02', 'd added 02', 'a', 'c'])
    rows.splice(0, 2)
    expect(await read()).toEqual(['d added 02', 'c'])
  })

  it('that went are told for some seconds, whoever read meanwhile, and not when they are back', async () => {
    const rows = [quota('a'), quota('b')]
    const watch = watched(rows)
    const removed = async () => {
      const found = await watch.read({ table: 'Quotas', contains: '' })
      return found?.removed.map(({ key, seenAt }) => `${key.slice(9, 10)} ${seenAt.slice(17, 19)}`)
    }
    expect(await removed()).toEqual([])
    rows.splice(0, 2)
    expect(await removed()).toEqual(['a 02', 'b 02'])
    expect(await removed()).toEqual(['a 02', 'b 02'])
    rows.push(quota('a'))
    expect(await removed()).toEqual(['b 02'])
    for (let second = 5; second <= 11; second++) await removed()
    expect(await removed()).toEqual([])
  })

  it('that are beyond what is read have not gone', async () => {
    const rows = Array.from({ length: 5_000 }, (_, at) => quota(String(at).padStart(5, '0')))
    const watch = watched(rows, 1_000)
    const removed = async () => (await watch.read({ table: 'Quotas', contains: '' }))?.removed.length
    expect(await removed()).toBe(0)
    rows.unshift(quota('0'))
    expect(await removed()).toBe(0)
  })

  it('of what is no table are none', async () => {
    for (const table of ['constructor', 'tickets', ''])
      expect(await watched([]).read({ table, contains: '' })).toBeUndefined()
  })

  it('are read up to a bound, and shown up to another', async () => {
    const rows = Array.from({ length: 5_003 }, (_, at) => quota(String(at).padStart(5, '0')))
    const found = await watched(rows, 1_000).read({ table: 'Quotas', contains: '' })
    expect([found?.count, found?.isPart, found?.rows.length]).toEqual([5_000, true, 60])
  })

  it('are found by what is shown, and never by what is hidden', async () => {
    const kind = rowKinds.find(({ name }) => /webhook/i.test(name))
    if (!kind) throw new Error('there is no kind of webhooks')
    const row = await exampleRow(kind)
    const watch = watched([row])
    const [shown] = (await watch.read({ table: kind.table, contains: '' }))?.rows ?? []
    expect(shown?.hidden).toContain('secret')
    expect(JSON.stringify(shown)).not.toContain(String(row.secret))
    expect((await watch.read({ table: kind.table, contains: String(row.secret) }))?.rows).toEqual([])
    expect((await watch.read({ table: kind.table, contains: String(row.pk) }))?.rows).toHaveLength(1)
  })
})

describe('what flashes', () => {
  const row = (key: string, attributes: object = {}, seenAt?: string): WatchedRow => ({
    key,
    kind: 'quota',
    is: '',
    attributes: { ...attributes },
    hidden: [],
    ...(seenAt && { change: { what: 'changed', seenAt } }),
  })
  const reading = (readAt: string, ...rows: WatchedRow[]): TableRows => ({
    readAt,
    count: rows.length,
    isPart: false,
    rows,
    removed: [],
  })

  it('is what changed since the reading before, attribute by attribute', () => {
    const before = reading('1', row('a', { used: 1, gone: 1, same: 1 }), row('b', {}, '1'))
    const now = reading('2', row('a', { used: 2, same: 1 }, '2'), row('b', {}, '1'), row('c', { used: 1 }, '2'))
    expect(rowViews(before, now).map(({ change, changed }) => [change, ...changed])).toEqual([
      ['changed', 'used', 'gone'],
      [undefined],
      // It was not on the page before: that it changed is known, in what is not.
      ['changed'],
    ])
  })

  it('is that a row went, which is shown once more, on top, and only by who saw it', () => {
    const before = reading('1', row('a'), row('b'))
    const now = { ...reading('2', row('b')), removed: ['a', 'never shown'].map((key) => ({ key, seenAt: '2' })) }
    const views = rowViews(before, now)
    expect(views.map(({ row, change }) => [row.key, change])).toEqual([
      ['a', 'removed'],
      ['b', undefined],
    ])
    expect(withoutRemoved(views).map(({ row }) => row.key)).toEqual(['b'])
    // What went before the last reading has been shown.
    expect(rowViews({ ...before, readAt: '2' }, { ...now, readAt: '3' }).map(({ row }) => row.key)).toEqual(['b'])
  })

  it('is nothing at first', () => {
    expect(rowViews(undefined, reading('2', row('a', {}, '1'))).map(({ change }) => change)).toEqual([undefined])
  })

  it.each([
    ['TENANT#acme#TICKET#1e49 HEADER', '1e49'],
    ['TENANT#acme#USER#bob PROFILE', undefined],
  ])('leads from %s to the ticket %s', (key, ticket) => {
    expect(ticketOfKey(key)).toBe(ticket)
  })
})

describe('a ticket at a point of its history', () => {
  const assigned = (assignee: string) => ({ type: 'ticket.assigned', data: { assignee } }) as const
  const history = [event('t1', 1), event('t1', 2, assigned('agnes')), event('t1', 3, assigned('bob'))]
  const tenant = history[0]?.tenant ?? ''
  const replay = async (points: { to?: number; from?: number }) => {
    const store = new MemoryStore()
    for (const each of history) await store.write(appendEvent(each))
    return readReplay(store, { ticket: 't1', tenant, ...points })
  }

  it('is its end beside the event before, unless something else is asked', async () => {
    const { last, from, to, changes, events } = (await replay({})) ?? {}
    expect([last, from?.seq, to?.seq, to?.facts.assignee]).toEqual([3, 2, 3, 'bob'])
    expect(changes).toContainEqual({ name: 'assignee', before: 'agnes', after: 'bob' })
    expect(events?.map(({ seq, type }) => [seq, type])).toEqual([[3, 'ticket.assigned']])
  })

  it.each([
    [{ to: 0 }, 0, 0, []],
    [{ to: 99, from: 0 }, 0, 3, [3, 2, 1]],
    // Backwards, the same events lie in between.
    [{ to: 1, from: 3 }, 3, 1, [3, 2]],
  ])('at %j compares event %i with event %i', async (points, from, to, events) => {
    const found = await replay(points)
    expect([found?.from.seq, found?.to.seq, found?.events.map(({ seq }) => seq)]).toEqual([from, to, events])
  })

  it('that nobody opened is not there', async () => {
    expect(await readReplay(new MemoryStore(), { ticket: 'nowhere' })).toBeUndefined()
  })
})
