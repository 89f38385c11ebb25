import { describe, expect, it } from 'vitest'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { isNamed, type NamedRow, namedRows, unnamedTables } from '../../scenarios/runner/recording/named-rows.ts'
import { shortIds } from '../../scenarios/runner/recording/short-ids.ts'
import type { TableName } from '../../tables/store.ts'
import { healthySystem } from '../proof/healthy-system.ts'

async function namedSystem(ownerSuffix?: (tenant: string) => string) {
  const { store, nowMs } = await healthySystem()
  const evidence = await gatherEvidence(store, nowMs)
  return { evidence, rows: namedRows(evidence, shortIds(), ownerSuffix) }
}

const format = ({ table, name, values }: NamedRow) => `${table} ${[name, ...Object.values(values)].join(', ')}`

describe('named rows', () => {
  it('cover every stored row, whatever its kind, but what relay and sweeps note for themselves, and all read models but one', async () => {
    const { evidence, rows } = await namedSystem()
    const tables = Object.keys(evidence.rows) as TableName[]
    const stored = tables
      .map((table) => [table, evidence.rows[table].filter((row) => isNamed(table, row))] as const)
      .filter(([table]) => !unnamedTables.includes(table))
    const namedByTable = Object.fromEntries(
      stored.map(([table]) => [table, rows.filter((row) => row.table === table).length]),
    )
    expect(namedByTable).toEqual(Object.fromEntries(stored.map(([table, { length }]) => [table, length])))
    expect(new Set(rows.map(({ table, key }) => `${table} ${key}`)).size).toBe(rows.length)
    expect(rows.filter(({ name }) => name === '')).toEqual([])
  })

  it('say what the row is, and the values that may change', async () => {
    const { rows } = await namedSystem()
    expect(rows.map(format)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Tickets ticket t1 ".+", open, assigned to \S+, v\d+$/),
        expect.stringMatching(/^Tickets attachment a1 \S+ of t1, ready$/),
        'Tickets user carla, customer, active, has an e-mail address, v1',
        'Tickets bob follows t1',
        'Tickets endpoint crm, subscribes to 2 event types',
        expect.stringMatching(/^Events t1 #1 ticket\.opened by \S+$/),
        expect.stringMatching(/^RequestKeys answer to \S+’s POST \/tickets, 201$/),
        expect.stringMatching(/^Receipts project-views of t1, applied up to #\d+$/),
        expect.stringMatching(/^Sagas s\d+ notification for bob, compensated, because mail: /),
        expect.stringMatching(/^StepKeys s\d+ notice, undone$/),
        expect.stringMatching(/^Notices webhook message to crm: t1 #1 ticket\.opened, delivered$/),
        expect.stringMatching(/^Quotas attachment bytes, \d+ used$/),
      ]),
    )
  })

  it('contain no secret, address, time, long id or message text', async () => {
    const { rows, evidence } = await namedSystem()
    const text = rows.map(format).join('\n')
    expect(evidence.webhooks.length + evidence.emails.length + evidence.messages.length).toBeGreaterThan(6)
    for (const { value } of evidence.messages) expect(text).not.toContain(value.body)
    for (const { value } of evidence.webhooks) expect(text).not.toContain(new URL(value.url).host)
    expect(text).not.toMatch(/whsec_|@|[0-9a-f]{8}|\d\d:\d\d/)
  })

  it('are the same in another run with other ids', async () => {
    const linesOf = ({ rows }: Awaited<ReturnType<typeof namedSystem>>) =>
      rows.map(format).filter((line) => !/^(Views|Quotas)/.test(line))
    expect(linesOf(await namedSystem())).toEqual(linesOf(await namedSystem()))
  })

  it('end with the suffix of their tenant', async () => {
    const { rows } = await namedSystem((tenant) => (tenant === 'globex' ? ', of globex' : ''))
    const suffixed = rows.filter(({ name }) => name.endsWith(', of globex'))
    expect(suffixed.length).toBeGreaterThan(0)
    expect(suffixed.every(({ key }) => key.startsWith('TENANT#globex#'))).toBe(true)
  })

  it('mark a row that cannot be read', async () => {
    const { store, nowMs } = await healthySystem()
    const { stats } = await gatherEvidence(store, nowMs)
    const { pk = '', sk = '' } = stats[0] ?? {}
    await store.write({ kind: 'update', table: 'Views', key: { pk, sk }, set: { counts: 'none' } })
    const rows = namedRows(await gatherEvidence(store, nowMs), shortIds())
    expect(rows.find(({ key }) => key === `${pk} ${sk}`)?.values).toEqual({ state: 'unreadable' })
  })
})

describe('short ids', () => {
  it('number ids by kind in the order of the first request, and are stable', () => {
    const shortId = shortIds()
    const requested = [shortId('t', 'x'), shortId('t', 'y'), shortId('s', 'x'), shortId('t', 'x')]
    expect(requested).toEqual(['t1', 't2', 's1', 't1'])
  })
})
