import { type EngineStore, isBusy } from './engine-store.ts'

/** A record stays at least this long, as in DynamoDB's streams, unless there are very many. */
const keptSeconds = 24 * 60 * 60
/** Beyond this many records of one table the oldest go early: they are copies of data that is stored elsewhere. */
const keptRecordsMax = 20_000
/** One batch holds the write lock for a few milliseconds. */
const batchRecords = 200

/** Removes old stream records, never a table's last one and never one that a registered reader has yet to read. */
export interface StreamTrim {
  /** Keeps records of the table for this reader from now on. */
  registerReader(tableName: string, reader: string): void
  /** The reader has done with all records up to and with the one at this position, durably. */
  consumedUpTo(tableName: string, reader: string, position: number): void
  /** One round over all tables; a busy database ends it early. Returns how many records went. */
  run(): number
}

export function streamTrim(
  store: EngineStore,
  now: () => number,
  { keepRecords = keptRecordsMax, keepSeconds = keptSeconds } = {},
): StreamTrim {
  const readers = new Map<string, Map<string, number>>()
  const readersOf = (tableName: string) => {
    const known = readers.get(tableName) ?? new Map<string, number>()
    readers.set(tableName, known)
    return known
  }

  function trimTable(tableName: string): number {
    const positions = [...readersOf(tableName).values()]
    const upTo = Math.min(Number.MAX_SAFE_INTEGER, ...positions)
    const olderThanSeconds = Math.floor(now() / 1000) - keepSeconds
    let removed = 0
    for (let batch = 0; batch < 10; batch++) {
      const count = store.trim(tableName, { upTo, olderThanSeconds, keep: keepRecords, limit: batchRecords })
      removed += count
      if (count < batchRecords) break
    }
    return removed
  }

  return {
    registerReader(tableName, reader) {
      if (!readersOf(tableName).has(reader)) readersOf(tableName).set(reader, 0)
    },
    consumedUpTo(tableName, reader, position) {
      const before = readersOf(tableName).get(reader) ?? 0
      readersOf(tableName).set(reader, Math.max(before, position))
    },
    run() {
      let removed = 0
      try {
        for (const tableName of store.tablesWithStream()) removed += trimTable(tableName)
      } catch (error) {
        if (!isBusy(error)) throw error
      }
      return removed
    },
  }
}
