import { beforeAll, describe, expect, it } from 'vitest'
import { evidenceOf, type Surroundings, tableNames } from '../../proof/check/evidence.ts'
import { checkInParts } from '../../proof/check/in-parts/check-in-parts.ts'
import { planParts } from '../../proof/check/in-parts/plan-parts.ts'
import { RowFile } from '../../proof/check/in-parts/row-file.ts'
import { checkInvariants, type Finding } from '../../proof/check/run-check.ts'
import { integerBetween, pick, type Random, randomFrom } from '../../proof/random.ts'
import { tenantOfKey } from '../../tables/keys.ts'
import type { MemoryStore } from '../../tables/memory-store.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { allRows, copyOf } from '../fixtures/dump.ts'
import { sample, seed } from '../fixtures/sample.ts'
import { corruptions } from './corruptions/all.ts'
import { type Corruption, Tamper } from './corruptions/corruption.ts'
import { healthySystem } from './healthy-system.ts'
import { renamed } from './many-tenants.ts'

type System = Awaited<ReturnType<typeof healthySystem>>

async function put(store: Store, table: TableName, row: Row): Promise<void> {
  await store.write({ kind: 'put', table, row: row as Row & { pk: string } })
}

/** Two sound tenants, and two that are damaged in many ways: their ids and hashes do not fit. */
async function fourTenants(): Promise<System> {
  const system = await healthySystem()
  const store = await copyOf(system.store)
  for (const table of tableNames)
    for (const row of await allRows(system.store, table))
      if (tenantOfKey(String(row.pk)) !== undefined) await put(store, table, renamed(row, 1))
  return { ...system, store }
}

interface Damage {
  what: string
  corruptions: readonly Corruption[]
}

/** Applies the corruptions, and after them random changes of random rows, some of which carry a row to another tenant. */
async function damaged(healthy: System, { corruptions: applied }: Damage, random: Random | undefined) {
  const store = await copyOf(healthy.store)
  const { nowMs } = healthy
  const requests = await allRows(store, 'RequestKeys')
  const kept = applied.reduce((digests, { digests: change }) => change?.(digests) ?? digests, healthy.digests.kept)
  const surroundings: Surroundings = {
    attempts: applied.flatMap(({ attempts }) => attempts?.(requests, nowMs) ?? []),
    mails: applied.reduce((mails, { mails: change }) => change?.(mails) ?? mails, healthy.mails),
    objects: applied.reduce((objects, { objects: change }) => change?.(objects) ?? objects, healthy.objects),
    digests: { ...healthy.digests, kept },
    viewReads: applied.flatMap(({ viewReads = [] }) => viewReads),
  }
  // A corruption may find nothing to corrupt when another came first.
  for (const { corrupt } of applied) await corrupt?.(new Tamper(store)).catch(() => {})
  for (let left = random ? integerBetween(random, 0, 4) : 0; random && left > 0; left--) await changeRow(store, random)
  return { store, nowMs, surroundings }
}

async function changeRow(store: MemoryStore, random: Random): Promise<void> {
  const table = pick(random, tableNames)
  const rows = await allRows(store, table)
  if (rows.length === 0) return
  const row = pick(random, rows)
  const tenant = tenantOfKey(String(row.pk))
  const other = pick(random, ['acme', 'globex', 'acme-1', 'globex-1', 'unheard-of'])
  const moved = (value: Row): Row => JSON.parse(JSON.stringify(value).replaceAll(String(tenant), other))
  switch (integerBetween(random, 0, 4)) {
    case 0:
      return void (await store.write({
        kind: 'delete',
        table,
        key: { pk: String(row.pk), ...(row.sk !== undefined && { sk: String(row.sk) }) },
      }))
    case 1:
      return tenant === undefined ? undefined : put(store, table, moved(row))
    case 2:
      return tenant === undefined ? undefined : put(store, table, { ...row, pk: moved({ pk: row.pk }).pk })
    case 3:
      return put(store, table, { ...row, pk: `stray ${row.pk}` })
    default: {
      const { pk: _, sk: __, ...attributes } = row
      const [name, from] = [pick(random, Object.keys(attributes)), pick(random, rows)]
      return put(store, table, { ...row, [name]: from[name] })
    }
  }
}

/** One line for each different violation, sorted. */
function linesOf(findings: readonly Finding[]): string[] {
  const lines = findings.flatMap(({ invariant, violations }) =>
    violations.map(({ subject, problem }) => `${invariant.number} ${subject} ${problem}`),
  )
  return [...new Set(lines)].toSorted()
}

async function expectSameFindings(healthy: System, damage: Damage, random?: Random): Promise<string[]> {
  const { store, nowMs, surroundings } = await damaged(healthy, damage, random)
  const rows = await Promise.all(tableNames.map(async (table) => [table, await allRows(store, table)] as const))
  const whole = checkInvariants(
    await evidenceOf(Object.fromEntries(rows) as Record<TableName, Row[]>, nowMs, surroundings, undefined),
  )
  const inParts = await checkInParts({ store, nowMs }, surroundings, 1)
  expect(linesOf(inParts), damage.what).toEqual(linesOf(whole))
  return linesOf(whole)
}

describe(`a check of a part of the tenants at a time (SEED=${seed})`, () => {
  let sound: System
  let healthy: System
  beforeAll(async () => {
    sound = await healthySystem()
    healthy = await fourTenants()
  })

  it('has the rows of one tenant at a time where tenants have nothing in common, and those of nobody with each', async () => {
    const file = await RowFile.read(healthy.store)
    try {
      expect(file.related()).toEqual([])
      const names = file.tenants().map(({ tenant }) => tenant)
      expect(names.toSorted()).toEqual(['acme', 'acme-1', 'globex', 'globex-1'])
      for (const name of names) {
        const rows = Object.values(file.rowsOf([name])).flat()
        expect(new Set(rows.map(({ pk }) => tenantOfKey(String(pk)) ?? 'nobody'))).toEqual(new Set([name, 'nobody']))
      }
    } finally {
      file.close()
    }
  })

  it('finds nothing in a sound system', async () => {
    expect(await expectSameFindings(sound, { what: 'nothing', corruptions: [] })).toEqual([])
  })

  it.each(sample(corruptions, 12))('finds what a check of everything finds: $what', async (corruption) => {
    const found = await expectSameFindings(sound, { what: corruption.what, corruptions: [corruption] })
    expect(found.some((line) => line.startsWith(`${corruption.invariant} `))).toBe(true)
  })

  it.each([
    ['a saga under the key of nobody', 'Sagas', ({ pk }: Row) => ({ pk: `stray ${pk}` })],
    [
      'an event under a key of another tenant',
      'Events',
      ({ pk }: Row) => ({ pk: String(pk).replace('acme', 'globex') }),
    ],
    [
      'an answer for the ticket of another tenant',
      'RequestKeys',
      ({ pk }: Row, other: unknown) => ({ pk: `${pk}-2`, aggregate: other, seq: 1 }),
    ],
  ] as const)('finds what a check of everything finds: %s', async (what, table, changes) => {
    const corrupt = async (tamper: Tamper) => {
      const [row = {}] = (await allRows(sound.store, table)).filter(({ pk }) => tenantOfKey(String(pk)) === 'acme')
      const [others] = (await allRows(sound.store, 'Events')).filter(({ pk }) => tenantOfKey(String(pk)) === 'globex')
      await tamper.add(table, { ...row, ...changes(row, others?.pk) })
    }
    const found = await expectSameFindings(sound, { what, corruptions: [{ invariant: 1, what, corrupt }] })
    expect(found).not.toEqual([])
  })

  it.each(Array.from({ length: 8 }, (_, index) => seed + index))(
    'finds what a check of everything finds in a system with random damage: seed %i',
    async (own) => {
      const random = randomFrom(own)
      const applied = Array.from({ length: integerBetween(random, 0, 3) }, () => pick(random, corruptions))
      const what = `seed ${own}: ${applied.map((corruption) => corruption.what).join(', ')}`
      const found = await expectSameFindings(healthy, { what, corruptions: applied }, random)
      expect(found.length).toBeGreaterThan(10)
    },
  )
})

describe('the parts of a check', () => {
  const tenants = ['a', 'b', 'c', 'd', 'e'].map((tenant) => ({ tenant, bytes: 10 }))

  it('have each tenant once, as many as fit together', () => {
    expect(planParts(tenants, [], 25)).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    expect(planParts(tenants, [], 1)).toEqual([['a'], ['b'], ['c'], ['d'], ['e']])
    expect(planParts([], [], 25)).toEqual([[]])
  })

  it('keep together what is related, also through others, although it is too large', () => {
    const related = [
      ['a', 'd'],
      ['e', 'd', 'unheard-of'],
    ]
    const parts = planParts(tenants, related, 25).map((part) => part.toSorted())
    expect(parts).toEqual([
      ['a', 'd', 'e'],
      ['b', 'c'],
    ])
  })
})
