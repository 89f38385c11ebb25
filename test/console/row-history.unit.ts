import type { RowChange, RowListener } from 'embedded-aws/extension'
import { describe, expect, it } from 'vitest'
import { changedOnly, firstShown, whyNone } from '../../console/timeline/recorded-view.ts'
import { createRowHistory } from '../../localstack/steadfast/console/row-history.ts'
import { showRowChanges } from '../../proof/console/show-row-changes.ts'

const outputs = {
  SagasTable: 'steadfast-Sagas',
  ReceiptsTable: 'steadfast-Receipts',
  TicketsTable: 'steadfast-Tickets',
}

/** A history of at most `max` changes, with the stack that tells it. */
function history(max = 100) {
  const listeners = new Map<RowListener, readonly string[]>()
  const rows = createRowHistory(
    {
      outputs,
      onRowChange(tables, listen) {
        listeners.set(listen, tables)
        return () => void listeners.delete(listen)
      },
    },
    max,
  )
  const change = (pk: string, n: number, { tableName = 'steadfast-Sagas', sk = 'SAGA' } = {}) => {
    const image = (value: number) => JSON.stringify({ pk: { S: pk }, sk: { S: sk }, n: { N: String(value) } })
    const key = { pk: { S: pk }, sk: { S: sk } }
    const changed: RowChange = { atMs: n, tableName, key, before: n === 1 ? undefined : image(n - 1), after: image(n) }
    for (const listen of listeners.keys()) listen(changed)
  }
  const of = (pk: string, table = 'Sagas') => rows.of({ table, pk, sk: 'SAGA' })
  return { begin: rows.begin, of, change, listeners }
}

describe('the recorded history of rows', () => {
  it('has the changes of each row by itself, the oldest first', () => {
    const { begin, of, change } = history()
    begin()
    change('a', 1)
    change('b', 1)
    change('a', 2)
    change('a', 1, { tableName: 'steadfast-Receipts' })
    change('a', 1, { sk: 'OTHER' })
    expect(of('a')).toMatchObject({ isPart: false, changes: [{ atMs: 1, before: undefined }, { atMs: 2 }] })
    expect(of('b')?.changes).toHaveLength(1)
    expect(of('c')?.changes).toEqual([])
  })

  it('records only while somebody watches, only tables without a history, and forgets afterwards', () => {
    const { begin, of, change, listeners } = history()
    expect([of('a'), listeners.size]).toEqual([undefined, 0])
    const end = begin()
    expect([...listeners.values()]).toEqual([['steadfast-Sagas', 'steadfast-Receipts']])
    change('a', 1)
    expect(of('a', 'Tickets')).toBeUndefined()
    expect(of('a', 'constructor')).toBeUndefined()
    end()
    expect([of('a'), listeners.size]).toEqual([undefined, 0])
    begin()
    expect(of('a')?.changes).toEqual([])
  })

  it('keeps the newest, however many there are, and says that it has forgotten some', () => {
    const { begin, of, change } = history(10)
    begin()
    for (let n = 1; n <= 1_000; n++) change(n % 2 === 0 ? 'a' : 'b', n)
    const { isPart, changes } = of('a') ?? {}
    expect(isPart).toBe(true)
    expect(changes?.at(-1)?.atMs).toBe(1_000)
    expect(changes?.length).toBeGreaterThanOrEqual(5)
    expect(changes?.length).toBeLessThanOrEqual(10)
  })
})

describe('recorded changes of a row', () => {
  const image = (attributes: object) => JSON.stringify({ pk: { S: 'TENANT#acme#SAGA#s1' }, ...attributes })

  it('are shown without what must be shown to nobody', () => {
    const shown = showRowChanges({
      table: 'Tickets',
      since: 'then',
      isPart: false,
      changes: [{ atMs: 0, before: undefined, after: image({ sk: { S: 'X' }, token: { S: 'planted-secret' } }) }],
    })
    expect(shown).toEqual({
      since: 'then',
      isPart: false,
      changes: [{ at: '1970-01-01T00:00:00.000Z', before: {}, after: { pk: 'TENANT#acme#SAGA#s1', sk: 'X' } }],
    })
  })

  it('of no table are none', () => {
    expect(showRowChanges({ table: 'constructor', since: '', isPart: false, changes: [] })).toBeUndefined()
  })

  const at = (ms: number) => new Date(ms).toISOString()
  const changes = [0, 100, 100, 900].map((ms, n) => ({ at: at(ms), before: { n: n - 1 }, after: { n } }))

  it.each([
    ['the one nearest to a step', at(120), 2],
    ['the first, for a step before all', at(-5_000), 0],
    ['the last, for a step after all', at(5_000), 3],
    ['the last, when no step is asked for', undefined, 3],
  ])('begin with %s', (_which, step, index) => {
    expect(firstShown(changes, step)).toBe(index)
  })

  it('are reduced to what differs: what came, went or became another', () => {
    const before = { pk: 'p', state: 'intent', intent: { at: 1 } }
    expect(changedOnly({ at: '', before, after: { pk: 'p', state: 'done', result: {} } })).toEqual({
      before: { state: 'intent', intent: { at: 1 } },
      after: { state: 'done', result: {} },
    })
    expect(changedOnly({ at: '', before: {}, after: { pk: 'p' } })).toEqual({ before: {}, after: { pk: 'p' } })
  })

  it('that are none say since when none was seen', () => {
    const none = { since: '2026-01-02T03:04:05.000Z', isPart: false, changes: [] }
    expect(whyNone(none, (time) => time.slice(11, 19))).toMatch(/not changed since 03:04:05, when somebody began/)
    expect(whyNone({ ...none, changes }, String)).toBeUndefined()
  })
})
