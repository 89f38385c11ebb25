import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/**
 * Stores `count` copies of a ticket in the file of an engine: of every row that names its id, in these tables and their indexes. Each copy
 * has ids of its own: every UUID is replaced, by the same one everywhere in the copy. Through the engine, 100,000 tickets would take
 * minutes. No stream records are made, so nothing is relayed. Throws when no row names the id.
 */
export function copyRows(
  databasePath: string,
  { tables, ticketId, count }: { tables: readonly string[]; ticketId: string; count: number },
): void {
  const database = new DatabaseSync(databasePath, { timeout: 10_000 })
  try {
    // Ids are random, so each insert goes to another page of each index: they have to stay in memory (here up to 512 MB).
    database.exec('PRAGMA cache_size = -524288; PRAGMA synchronous = OFF')
    const originals = rowsNaming(ticketId, database, tables)
    if (originals.length === 0) throw new Error(`nothing is stored of the ticket ${ticketId}`)
    const inserts = originals.map(({ table, row }) => {
      const columns = Object.keys(row)
      const statement = database.prepare(
        `INSERT INTO ${quoted(table)} (${columns.map(quoted).join()}) VALUES (${columns.map(() => '?').join()})`,
      )
      return { statement, values: Object.values(row) }
    })
    database.exec('BEGIN IMMEDIATE')
    for (let copy = 0; copy < count; copy++) {
      const ids = new Map<string, string>()
      for (const { statement, values } of inserts) statement.run(...values.map((value) => withFreshIds(value, ids)))
    }
    database.exec('COMMIT')
  } finally {
    database.close()
  }
}

type Value = string | number | bigint | null | Uint8Array

/** An index is a table of its own, called after its table. */
function rowsNaming(id: string, database: DatabaseSync, tables: readonly string[]) {
  const names = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
    .all()
    .map(({ name }) => String(name))
  const wanted = names.filter((name) => tables.includes(name.replace(/::.*/, '')))
  return wanted.flatMap((table) => {
    const rows = database.prepare(`SELECT * FROM ${quoted(table)}`).all() as Record<string, Value>[]
    return rows.filter((row) => JSON.stringify(row).includes(id)).map((row) => ({ table, row }))
  })
}

function withFreshIds(value: Value, ids: Map<string, string>): Value {
  if (typeof value !== 'string') return value
  return value.replaceAll(uuid, (id) => {
    const fresh = ids.get(id) ?? randomUUID()
    ids.set(id, fresh)
    return fresh
  })
}

const quoted = (name: string) => `"${name}"`
