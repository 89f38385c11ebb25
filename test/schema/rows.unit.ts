import { beforeAll, describe, expect, it } from 'vitest'
import { kindsOf, schemaProblems } from '../../proof/schema/check-row.ts'
import { exampleRow } from '../../proof/schema/example-row.ts'
import { attributesOf } from '../../proof/schema/field-type.ts'
import { rowKinds } from '../../proof/schema/kinds.ts'
import { noteOf } from '../../proof/schema/row-kind.ts'
import { type IndexShape, tableShapes } from '../../tables/key-shapes.ts'
import type { Row, TableName } from '../../tables/store.ts'
import { dumpStore } from '../fixtures/dump.ts'
import { recordedVersions, storedRows } from '../fixtures/stored-rows/stored-rows.ts'
import { healthySystem } from '../proof/healthy-system.ts'

const tables = Object.keys(tableShapes) as TableName[]

describe('a stored row', () => {
  let stored: { table: TableName; row: Row }[]
  beforeAll(async () => {
    const dump = await dumpStore((await healthySystem()).store)
    stored = tables.flatMap((table) => (dump[table] ?? []).map((row) => ({ table, row })))
  })

  it('is of exactly one kind, with its attributes and no others, after work of every kind', () => {
    expect(stored.length).toBeGreaterThan(100)
    expect(problemsOf(stored)).toEqual([])
  })

  it.each(recordedVersions)('is of exactly one kind as version %s stored it', (version) => {
    expect(problemsOf(storedRows(version))).toEqual([])
  })

  it('is reported when no kind has its key, with what to do', () => {
    const row = { pk: 'TENANT#acme#TICKET#t', sk: 'NOTE#1' }
    expect(schemaProblems('Tickets', row)).toEqual([
      'is of no kind that docs/schema.md knows: if it belongs there, name it in proof/schema/kinds, then run npm run docs',
    ])
  })

  it('is reported when it has an attribute that its kind does not have, or lacks one', async () => {
    const follower = await exampleRow(kindNamed('follower'))
    expect(schemaProblems('Tickets', { ...follower, nickname: 'Bob' })).toEqual([
      expect.stringMatching(
        /^has the attribute nickname, which no follower has by docs\/schema\.md: .*proof\/schema\/kinds/,
      ),
    ])
    const { since: _, ...rest } = follower
    expect(schemaProblems('Tickets', rest)).toEqual([
      'lacks the attribute since, which every follower has by docs/schema.md',
    ])
  })
})

describe.each(rowKinds)('the kind of row $table: $name', (kind) => {
  it('has an example that the code writes, parses and finds in place', async () => {
    const row = await exampleRow(kind)
    expect(schemaProblems(kind.table, row)).toEqual([])
    expect(kind.schema.safeParse(withoutStored(kind, row)).error).toBeUndefined()
  })

  it('tells of each attribute, and of no other', () => {
    expect(Object.keys(kind.notes).toSorted()).toEqual(
      attributesOf(kind.schema)
        .map(({ name }) => name)
        .toSorted(),
    )
  })

  it('says why an attribute may be absent exactly where its schema allows that', () => {
    const optional = attributesOf(kind.schema).flatMap(({ name, isOptional }) => (isOptional ? [name] : []))
    const explained = Object.entries(kind.notes).flatMap(([name, note]) => (noteOf(note).absent ? [name] : []))
    expect(explained.toSorted()).toEqual(optional.toSorted())
  })

  it('never changes after it was written when it is append-only', () => {
    if (kind.life !== 'append-only') return
    const attributes = [...Object.values(kind.notes), ...Object.values(kind.stored)].map(noteOf)
    expect(attributes.filter(({ changes }) => changes !== undefined)).toEqual([])
    const [write, ...others] = kind.example()
    expect(others).toEqual([])
    expect(write?.kind === 'put' && JSON.stringify(write.when)).toContain('"row":"absent"')
  })
})

describe('the catalogue of rows', () => {
  it('covers every table and every key of every index', () => {
    const missing = tables.flatMap((table) => {
      const kinds = rowKinds.filter((kind) => kind.table === table)
      if (kinds.length === 0) return [table]
      const indexes: readonly IndexShape[] = tableShapes[table].indexes
      const keys = indexes.flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey])
      return keys.filter((key) => !kinds.some(({ stored }) => key in stored)).map((key) => `${table}.${key}`)
    })
    expect(missing).toEqual([])
  })

  it('has no two kinds that one row could be of', async () => {
    const examples = await Promise.all(rowKinds.map(async (kind) => ({ kind, row: await exampleRow(kind) })))
    const ambiguous = examples.filter(({ kind, row }) => kindsOf(kind.table, row).length > 1)
    expect(ambiguous.map(({ kind }) => kind.name)).toEqual([])
  })
})

function problemsOf(rows: readonly { table: TableName; row: Row }[]): string[] {
  return rows.flatMap(({ table, row }) =>
    schemaProblems(table, row).map((problem) => `${table} ${row.pk} ${row.sk ?? ''} ${problem}`),
  )
}

function kindNamed(name: string) {
  const kind = rowKinds.find((each) => each.name === name)
  if (!kind) throw new Error(`no kind is named ${name}`)
  return kind
}

/** The row without keys and what only stores have: strict schemas refuse what they do not declare. */
function withoutStored({ notes }: (typeof rowKinds)[number], row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([name]) => name in notes))
}
