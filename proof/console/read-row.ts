import type { RowRef, StoredRow } from '../../console/wire-timeline.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import type { Row, Store, TableName } from '../../tables/store.ts'
import { kindsOf } from '../schema/check-row.ts'
import { noteOf, type RowKind } from '../schema/row-kind.ts'

/** One row, without what must be shown to nobody. Undefined when it is not there. */
export async function readRow(store: Store, { table, pk, sk }: Omit<RowRef, 'name'>): Promise<StoredRow | undefined> {
  if (!isTable(table)) return undefined
  const row = await store.get({ table, key: { pk, ...(sk !== undefined && { sk }) } })
  return row && withoutSecrets(table, row)
}

/**
 * What may be shown of a row, by the notes on its kind (docs/schema.md): all but what they call a secret. Of a row
 * of no known kind, only its key.
 */
export function withoutSecrets(table: TableName, row: Row): StoredRow {
  const [kind] = kindsOf(table, row)
  const names = Object.keys(row).toSorted()
  const isShown = (name: string) => (kind ? !isSecret(kind, name) : ['pk', 'sk'].includes(name))
  return {
    is: kind?.is ?? 'a row of no known kind',
    attributes: Object.fromEntries(names.filter(isShown).map((name) => [name, row[name]])),
    hidden: names.filter((name) => !isShown(name)),
  }
}

function isSecret({ notes, stored, families }: RowKind, name: string): boolean {
  const note = notes[name] ?? stored[name] ?? families.find(({ names }) => names.test(name))
  if (note === undefined) return !['pk', 'sk'].includes(name)
  return noteOf(note).personal === 'secret'
}

const isTable = (name: string): name is TableName => Object.hasOwn(tableShapes, name)
