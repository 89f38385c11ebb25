import canonicalize from 'canonicalize'
import { putRow, removeRow } from '../../tables/restored-rows.ts'
import type { Row, Write } from '../../tables/store.ts'
import { type RestoredRows, type RestoredTable, restoredTables } from './restored-tables.ts'

/** What the restored tables are to hold: begins as what they hold, and ends as the writes that make the difference. */
export class Draft {
  readonly #before: RestoredRows
  readonly #rows: Record<RestoredTable, Map<string, Row>>

  constructor(rows: RestoredRows) {
    this.#before = rows
    const byKey = restoredTables.map((table) => [table, new Map(rows[table].map((row) => [keyOf(row), row]))])
    this.#rows = Object.fromEntries(byKey)
  }

  all(table: RestoredTable): Row[] {
    return [...this.#rows[table].values()]
  }

  get(table: RestoredTable, key: { pk: string; sk?: string }): Row | undefined {
    return this.#rows[table].get(keyOf(key))
  }

  put(table: RestoredTable, row: Row): void {
    this.#rows[table].set(keyOf(row), row)
  }

  remove(table: RestoredTable, row: Row): void {
    this.#rows[table].delete(keyOf(row))
  }

  writes(): Write[] {
    return restoredTables.flatMap((table) => {
      const before = new Map(this.#before[table].map((row) => [keyOf(row), row]))
      const now = this.#rows[table]
      const gone = [...before].filter(([key]) => !now.has(key)).map(([, row]) => removeRow(table, row))
      const changed = [...now].filter(([key, row]) => !isSame(before.get(key), row))
      return [...gone, ...changed.map(([, row]) => putRow(table, row))]
    })
  }
}

function keyOf({ pk, sk }: Row): string {
  return `${String(pk)}\0${String(sk ?? '')}`
}

function isSame(one: Row | undefined, other: Row): boolean {
  return one === other || (one !== undefined && canonicalize(one) === canonicalize(other))
}
