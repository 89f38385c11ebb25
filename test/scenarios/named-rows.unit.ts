import { describe, expect, it } from 'vitest'
import { gatherEvidence } from '../../proof/check/evidence.ts'
import { namedRows } from '../../scenarios/runner/recording/named-rows.ts'
import { aliases } from '../../scenarios/runner/recording/short-ids.ts'
import { healthySystem } from '../proof/healthy-system.ts'

async function named(whose?: (tenant: string) => string) {
  const { store, nowMs } = await healthySystem()
  const evidence = await gatherEvidence(store, nowMs)
  return { store, evidence, rows: namedRows(evidence, aliases(), whose) }
}

const told = ({ table, name, says }: { table: string; name: string; says: object }) =>
  `${table} ${[name, ...Object.values(says)].join(', ')}`

describe('a stored row as people read it', () => {
  it('there is one for every row that is stored, whatever its kind', async () => {
    const { evidence, rows } = await named()
    const counted = Object.fromEntries(
      Object.keys(evidence.rows).map((table) => [table, rows.filter((row) => row.table === table).length]),
    )
    expect(counted).toEqual(
      Object.fromEntries(Object.entries(evidence.rows).map(([table, all]) => [table, all.length])),
    )
    expect(new Set(rows.map(({ table, key }) => `${table} ${key}`)).size).toBe(rows.length)
    expect(rows.filter(({ name }) => name === '')).toEqual([])
  })

  it('says what it is, and what may change of it', async () => {
    const { rows } = await named()
    const lines = rows.map(told)
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Tickets ticket t1 ".+", open, assigned to \S+, v\d+$/),
        expect.stringMatching(/^Tickets attachment a1 \S+ of t1, ready$/),
        'Tickets user carla, customer, active, has an e-mail address, v1',
        'Tickets bob follows t1',
        'Tickets endpoint crm, wants 2 kinds of events',
        expect.stringMatching(/^Events t1 #1 ticket\.opened by \S+$/),
        expect.stringMatching(/^RequestKeys answer to POST \/tickets of \S+, 201$/),
        expect.stringMatching(/^Receipts project-views of t1, applied up to #\d+$/),
        expect.stringMatching(/^Sagas s\d+ notification for bob, compensated, because mail: /),
        expect.stringMatching(/^StepKeys s\d+ notice, undone$/),
        expect.stringMatching(/^Notices message to crm: t1 #1 ticket\.opened, delivered$/),
        expect.stringMatching(/^Quotas bytes of attachments, \d+ used$/),
      ]),
    )
  })

  it('holds no secret, no address, no time, no long id and none of the words that people wrote', async () => {
    const { rows, evidence } = await named()
    const all = rows.map(told).join('\n')
    expect(evidence.webhooks.length + evidence.emails.length + evidence.messages.length).toBeGreaterThan(6)
    for (const { value } of evidence.messages) expect(all).not.toContain(value.body)
    for (const { value } of evidence.webhooks) expect(all).not.toContain(new URL(value.url).host)
    expect(all).not.toMatch(/whsec_|@|[0-9a-f]{8}|\d\d:\d\d/)
  })

  it('is called the same in another run, whose ids are others', async () => {
    const names = ({ rows }: Awaited<ReturnType<typeof named>>) =>
      rows.map(told).filter((line) => !/^(Views|Quotas)/.test(line))
    expect(names(await named())).toEqual(names(await named()))
  })

  it('tells the rows of one tenant from those of another where it is asked to', async () => {
    const { rows } = await named((tenant) => (tenant === 'globex' ? ', of globex' : ''))
    const others = rows.filter(({ name }) => name.endsWith(', of globex'))
    expect(others.length).toBeGreaterThan(0)
    expect(others.every(({ key }) => key.startsWith('TENANT#globex#'))).toBe(true)
  })

  it('is told as damaged when it can not be read', async () => {
    const { store, nowMs } = await healthySystem()
    const { stats } = await gatherEvidence(store, nowMs)
    const { pk = '', sk = '' } = stats[0] ?? {}
    await store.write({ kind: 'update', table: 'Views', key: { pk, sk }, set: { counts: 'none' } })
    const rows = namedRows(await gatherEvidence(store, nowMs), aliases())
    expect(rows.find(({ key }) => key === `${pk} ${sk}`)?.says).toEqual({ state: 'damaged' })
  })
})

describe('a short name', () => {
  it('stays with its id, counts by kind, and is given in the order of asking', () => {
    const alias = aliases()
    expect([alias('t', 'x'), alias('t', 'y'), alias('s', 'x'), alias('t', 'x')]).toEqual(['t1', 't2', 's1', 't1'])
  })
})
