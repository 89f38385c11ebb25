import type { Key, Row, TableName, Write } from '../../tables/store.ts'

/** One row as a write left it. */
export interface RowChange {
  table: TableName
  key: Key
  before: Row | undefined
  after: Row | undefined
}

/** The stored rows, kept beside the store by applying every write that took effect: so a check needs no read. */
export class Mirror {
  readonly #tables = new Map<TableName, Map<string, Row>>()

  apply(write: Write): RowChange | undefined {
    if (write.kind === 'check') return undefined
    const key: Key = write.kind === 'put' ? write.row : write.key
    const table = this.rows(write.table)
    const address = addressOf(key)
    const before = table.get(address)
    if (write.kind === 'delete') table.delete(address)
    else table.set(address, write.kind === 'put' ? write.row : updated(before ?? { ...key }, write))
    return { table: write.table, key, before, after: table.get(address) }
  }

  get(table: TableName, key: Key): Row | undefined {
    return this.rows(table).get(addressOf(key))
  }

  rows(table: TableName): Map<string, Row> {
    const known = this.#tables.get(table)
    if (known) return known
    const rows = new Map<string, Row>()
    this.#tables.set(table, rows)
    return rows
  }
}

function updated(row: Row, { set = {}, add = {}, remove = [] }: Write & { kind: 'update' }): Row {
  const result: Row = { ...row, ...set }
  for (const [name, by] of Object.entries(add)) result[name] = (Number(result[name]) || 0) + by
  for (const name of remove) delete result[name]
  return result
}

function addressOf({ pk, sk }: Key): string {
  return `${pk}\0${sk ?? ''}`
}
