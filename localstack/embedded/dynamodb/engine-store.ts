import { statSync } from 'node:fs'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { unreadable } from './engine.ts'
import { readTableKeys, type TableKeys } from './table-keys.ts'

/** Names of a table's key attributes. */
export interface KeyNames {
  partition: string
  sort?: string
}

/** A table whose expired items are to be swept. */
export interface TtlTable {
  tableName: string
  attribute: string
}

/** A table's stream, its records counted from 1. */
export interface StoredStream {
  tableName: string
  /** The time of its making, as the engine writes it. */
  label: string
  viewType: string
  keySchema: unknown
  /** Of the oldest record that is kept, when there is one. */
  first?: number
  /** Of the newest record; 0 when there was none. */
  last: number
}

/** A stored stream record's place. */
export interface StreamRecordRow {
  id: number
  keys: Record<string, unknown>
}

/**
 * Our own connection to the engine's file, for what its API does not offer. It never waits for the engine's lock: what is
 * busy now is tried again at the next round, so the process that serves requests is not held up.
 */
export interface EngineStore {
  /** The index without which each stream record costs a scan of all before it. */
  addStreamIndex(): void
  /** Key attributes of an existing table. */
  keyNames(tableName: string): KeyNames | undefined
  /** The same with their types, and those of its indexes. */
  tableKeys(tableName: string): TableKeys | undefined
  forgetTable(tableName: string): void
  /** A stored item as DynamoDB JSON, by a key of texts; undefined when there is none. Throws for a key of another type. */
  item(tableName: string, key: Record<string, Record<string, unknown>>): string | undefined
  /** The stream of a table that has one. */
  stream(tableName: string): StoredStream | undefined
  /** Of the last stream record that was made before that second; 0 if there is none. */
  lastPositionBefore(tableName: string, epochSeconds: number): number
  tablesWithStream(): string[]
  /** Deletes up to `limit` oldest records that match, never the table's last one. Returns how many. */
  trim(tableName: string, match: { upTo: number; olderThanSeconds: number; keep: number; limit: number }): number
  ttlTables(): TtlTable[]
  addTtlIndex(table: TtlTable): void
  /** Items whose time is in `[fromSeconds, beforeSeconds)`, as DynamoDB JSON. */
  expiredItems(
    table: TtlTable,
    range: { fromSeconds: number; beforeSeconds: number; limit: number },
  ): Record<string, Record<string, string>>[]
  lastRecordId(): number
  removalsAfter(tableName: string, id: number): StreamRecordRow[]
  /** Writes into a record that DynamoDB itself removed the item. */
  markRemovedByService(id: number): void
  close(): void
}

const sequence = 'CAST(sequence_number AS INTEGER)'
const serviceIdentity = JSON.stringify({ type: 'Service', principalId: 'dynamodb.amazonaws.com' })

/** A whole-file check reads every page; beyond this size it would show in the start time. */
const checkedBytesMax = 128 * 1024 * 1024

/** How many prepared statements are kept. Those on users' tables are one per table. */
const statementsMax = 100

/** Throws the one line about a damaged file before the engine trips over it. */
export function checkDatabase(path: string): void {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (bytes === 0) return
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path)
    const check = bytes > checkedBytesMax ? 'SELECT count(*) FROM sqlite_master' : 'PRAGMA quick_check(1)'
    const row = database.prepare(check).get()
    if (row?.quick_check !== undefined && row.quick_check !== 'ok') throw new Error(String(row.quick_check))
  } catch {
    throw unreadable(path)
  } finally {
    database?.close()
  }
}

export function openEngineStore(path: string): EngineStore {
  const database = new DatabaseSync(path, { timeout: 0 })
  // Trimming is repeated when lost, so it needs no sync of its own.
  database.exec('PRAGMA synchronous = NORMAL')
  const known = new Map<string, { names: KeyNames; keys: TableKeys }>()
  const statements = new Map<string, StatementSync>()
  const all = (sql: string, ...values: (string | number)[]) => {
    const statement = statements.get(sql) ?? database.prepare(sql)
    if (statements.size < statementsMax) statements.set(sql, statement)
    return statement.all(...values)
  }

  function read(tableName: string) {
    const before = known.get(tableName)
    if (before) return before
    const [row] = all(
      'SELECT key_schema, attribute_definitions, gsi_definitions, lsi_definitions FROM _tables WHERE table_name = ?',
      tableName,
    )
    if (!row) return undefined
    const keys = readTableKeys(row)
    const { partition, sort } = keys.table
    const names = { partition: partition.name, ...(sort && { sort: sort.name }) }
    known.set(tableName, { names, keys })
    return { names, keys }
  }

  return {
    addStreamIndex() {
      waitingForTheLock(database, () =>
        database.exec(
          `CREATE INDEX IF NOT EXISTS stream_records_in_order ON _stream_records (table_name, ${sequence})`,
        ),
      )
    },
    keyNames: (tableName) => read(tableName)?.names,
    tableKeys: (tableName) => read(tableName)?.keys,
    forgetTable: (tableName) => void known.delete(tableName),
    item(tableName, key) {
      const names = read(tableName)?.names
      if (!names) return undefined
      const [pk, sk] = [names.partition, names.sort].map((name) => (name === undefined ? '' : storedText(key[name])))
      const [row] = all(`SELECT item_json FROM ${quoted(tableName)} WHERE pk = ? AND sk = ?`, pk ?? '', sk ?? '')
      return row && String(row.item_json)
    },
    stream(tableName) {
      const [row] = all(
        'SELECT stream_label, stream_view_type, key_schema FROM _tables WHERE table_name = ? AND stream_enabled = 1',
        tableName,
      )
      if (!row) return undefined
      const [range] = all(
        `SELECT (SELECT MIN(${sequence}) FROM _stream_records WHERE table_name = ?1) AS first,
                (SELECT MAX(${sequence}) FROM _stream_records WHERE table_name = ?1) AS last`,
        tableName,
      )
      return {
        tableName,
        label: String(row.stream_label),
        viewType: String(row.stream_view_type),
        keySchema: JSON.parse(String(row.key_schema)) as unknown,
        ...(range?.first != null && { first: Number(range.first) }),
        last: Number(range?.last ?? 0),
      }
    },
    lastPositionBefore(tableName, epochSeconds) {
      const [row] = all(
        `SELECT MAX(${sequence}) AS position FROM _stream_records WHERE table_name = ? AND created_at < ?`,
        tableName,
        epochSeconds,
      )
      return Number(row?.position ?? 0)
    },
    tablesWithStream: () =>
      all('SELECT table_name FROM _tables WHERE stream_enabled = 1').map((row) => String(row.table_name)),
    trim(tableName, { upTo, olderThanSeconds, keep, limit }) {
      const { changes } = database
        .prepare(
          `DELETE FROM _stream_records WHERE id IN (
             SELECT id FROM _stream_records
             WHERE table_name = :tableName AND ${sequence} <= :upTo
               AND ${sequence} < (SELECT MAX(${sequence}) FROM _stream_records WHERE table_name = :tableName)
               AND (created_at < :olderThan
                    OR ${sequence} <= (SELECT MAX(${sequence}) FROM _stream_records WHERE table_name = :tableName) - :keep)
             ORDER BY ${sequence} LIMIT :limit)`,
        )
        .run({ tableName, upTo, olderThan: olderThanSeconds, keep, limit })
      return Number(changes)
    },
    ttlTables: () =>
      all('SELECT table_name, ttl_attribute FROM _tables WHERE ttl_enabled = 1').map((row) => ({
        tableName: String(row.table_name),
        attribute: String(row.ttl_attribute),
      })),
    addTtlIndex(table) {
      waitingForTheLock(database, () =>
        database.exec(
          `CREATE INDEX IF NOT EXISTS ${quoted(`${table.tableName}::ttl::${table.attribute}`)}
           ON ${quoted(table.tableName)} (${expiry(table)}) WHERE ${expiry(table)} IS NOT NULL`,
        ),
      )
    },
    expiredItems(table, { fromSeconds, beforeSeconds, limit }) {
      const rows = all(
        `SELECT item_json FROM ${quoted(table.tableName)}
         WHERE ${expiry(table)} IS NOT NULL AND ${expiry(table)} >= ? AND ${expiry(table)} < ? LIMIT ?`,
        fromSeconds,
        beforeSeconds,
        limit,
      )
      return rows.map((row) => JSON.parse(String(row.item_json)) as Record<string, Record<string, string>>)
    },
    lastRecordId: () => Number(all('SELECT MAX(id) AS id FROM _stream_records')[0]?.id ?? 0),
    removalsAfter: (tableName, id) =>
      all(
        `SELECT id, keys_json FROM _stream_records
         WHERE id > ? AND table_name = ? AND event_name = 'REMOVE' AND user_identity IS NULL`,
        id,
        tableName,
      ).map((row) => ({ id: Number(row.id), keys: JSON.parse(String(row.keys_json)) as Record<string, unknown> })),
    markRemovedByService(id) {
      waitingForTheLock(database, () =>
        database.prepare('UPDATE _stream_records SET user_identity = ? WHERE id = ?').run(serviceIdentity, id),
      )
    },
    close: () => database.close(),
  }
}

/** Waits for the lock, for the few writes that can't be left to the next round. */
function waitingForTheLock(database: DatabaseSync, write: () => unknown): void {
  database.exec('PRAGMA busy_timeout = 5000')
  try {
    write()
  } finally {
    database.exec('PRAGMA busy_timeout = 0')
  }
}

/** Whether a statement failed only because the engine was writing at that moment. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && /database (table )?is locked/i.test(error.message)
}

function expiry({ attribute }: TtlTable): string {
  const path = `$.${JSON.stringify(attribute)}.N`.replaceAll("'", "''")
  return `CAST(json_extract(item_json, '${path}') AS INTEGER)`
}

/** A text as the engine writes it into its key columns. */
function storedText(value: Record<string, unknown> | undefined): string {
  if (typeof value?.S !== 'string') throw new Error('only keys of texts are looked up')
  return `S:${value.S}`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
