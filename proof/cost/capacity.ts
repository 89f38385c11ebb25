import type { DatabaseCall, RowUse, Sizes } from './usage.ts'

export interface Index {
  name: string
  /** Attributes of the key: an item without one of them is not in the index. */
  keys: readonly string[]
  /** Attributes besides the keys of index and table. */
  projection: 'ALL' | 'KEYS_ONLY' | readonly string[]
}

/** What of a table matters for its price. */
export interface TableSettings {
  keys: readonly string[]
  indexes: readonly Index[]
}

export type TablesSettings = Readonly<Record<string, TableSettings>>

export interface CapacityUnits {
  read: number
  write: number
  /** The share of `write` that goes into indexes, by `table.index`. */
  byIndex: Record<string, number>
}

/**
 * The capacity units of one call, by DynamoDB's rules: a write unit per KB of the larger of old and new item, a read unit per 4 KB, twice
 * that in a transaction, half for an eventually consistent read; an index is written only when its keys or its projected attributes change
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes).
 */
export function capacityOf(call: DatabaseCall, tables: TablesSettings): CapacityUnits {
  const { operation, rows, readUnits } = call
  if (readUnits !== undefined) return { read: readUnits, write: 0, byIndex: {} }
  const factor = operation.startsWith('Transact') ? 2 : 1
  if (operation.includes('Get')) {
    const plain = call.isConsistent ? 1 : 0.5
    const perUnit = factor === 2 ? 2 : plain
    const read = rows.reduce((sum, { bytesBefore = 0 }) => sum + perUnit * units(bytesBefore, 4_096), 0)
    return { read, write: 0, byIndex: {} }
  }
  const byIndex: Record<string, number> = {}
  let write = 0
  for (const row of rows) {
    write += factor * units(Math.max(row.bytesBefore ?? 0, row.bytesAfter ?? 0), 1_024)
    for (const index of tables[row.table]?.indexes ?? []) {
      const indexed = indexUnits(row, tables[row.table]?.keys ?? [], index)
      if (indexed === 0) continue
      const name = `${row.table}.${index.name}`
      byIndex[name] = (byIndex[name] ?? 0) + indexed
      write += indexed
    }
  }
  return { read: 0, write, byIndex }
}

/** An item that moves within an index is deleted and put. Indexes are written after the transaction, so nothing is doubled. */
function indexUnits(row: RowUse, tableKeys: readonly string[], index: Index): number {
  const before = projected(row.before, tableKeys, index)
  const after = projected(row.after, tableKeys, index)
  const changed = new Set(row.changed)
  if (!before && !after) return 0
  if (!before || !after) return units(bytesOf(before ?? after ?? {}), 1_024)
  if (index.keys.some((key) => changed.has(key))) return units(bytesOf(before), 1_024) + units(bytesOf(after), 1_024)
  const isTouched = [...Object.keys(before), ...Object.keys(after)].some((name) => changed.has(name))
  return isTouched ? units(Math.max(bytesOf(before), bytesOf(after)), 1_024) : 0
}

/** What the index holds of an item; undefined for an item that is not in it. */
function projected(item: Sizes | undefined, tableKeys: readonly string[], index: Index): Sizes | undefined {
  if (!item || !index.keys.every((key) => key in item)) return undefined
  if (index.projection === 'ALL') return item
  const names = new Set([...tableKeys, ...index.keys, ...(index.projection === 'KEYS_ONLY' ? [] : index.projection)])
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)))
}

/** Bytes that an index stores for the item besides the table: 100 per entry and what is projected. */
export function indexedBytes(row: RowUse, tables: TablesSettings): number {
  const { keys = [], indexes = [] } = tables[row.table] ?? {}
  const stored = (item: Sizes | undefined) =>
    indexes.reduce((sum, index) => {
      const held = projected(item, keys, index)
      return sum + (held ? bytesOf(held) + 100 : 0)
    }, 0)
  return stored(row.after) - stored(row.before)
}

export function bytesOf(sizes: Sizes): number {
  return Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0)
}

/** The billed units, at least one: a read of nothing and a write of an empty item are billed as well. */
function units(bytes: number, unitBytes: number): number {
  return Math.max(1, Math.ceil(bytes / unitBytes))
}
