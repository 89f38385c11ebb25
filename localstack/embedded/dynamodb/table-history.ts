import { DatabaseSync } from 'node:sqlite'
import type { KeyNames } from './engine-store.ts'

/**
 * The items of a table, as DynamoDB JSON, from one snapshot of the engine's file: as they are, or as they were at the end of a second. For
 * that, what the stream's records since then changed is taken back, so the stream must have kept old images of them all.
 */
export function* tableItems(
  databasePath: string,
  tableName: string,
  { keys, atSeconds }: { keys: KeyNames; atSeconds?: number },
): Generator<string> {
  const database = new DatabaseSync(databasePath, { readOnly: true })
  try {
    database.exec('BEGIN')
    const before = new Map<string, string | null>()
    if (atSeconds !== undefined) {
      const changes = database.prepare(
        'SELECT keys_json, old_image FROM _stream_records WHERE table_name = ? AND created_at > ? ORDER BY id',
      )
      for (const { keys_json: key, old_image: image } of changes.iterate(tableName, atSeconds)) {
        const id = idOf(String(key), keys)
        if (!before.has(id)) before.set(id, image === null ? null : String(image))
      }
    }
    const items = database.prepare(`SELECT item_json FROM "${tableName.replaceAll('"', '""')}"`)
    for (const { item_json: item } of items.iterate()) {
      if (before.size === 0 || !before.has(idOf(String(item), keys))) yield String(item)
    }
    for (const image of before.values()) if (image !== null) yield image
  } finally {
    database.close()
  }
}

function idOf(json: string, { partition, sort }: KeyNames): string {
  const item = JSON.parse(json) as Record<string, unknown>
  return JSON.stringify([item[partition], sort === undefined ? null : item[sort]])
}

/** When the oldest stream record was made that is kept, in epoch seconds, if older ones were trimmed. */
export function trimmedUpTo(databasePath: string, tableName: string): number | undefined {
  const database = new DatabaseSync(databasePath, { readOnly: true })
  try {
    const row = database
      .prepare(
        'SELECT created_at, sequence_number FROM _stream_records WHERE table_name = ? ORDER BY CAST(sequence_number AS INTEGER) LIMIT 1',
      )
      .get(tableName)
    return row === undefined || Number(row.sequence_number) === 1 ? undefined : Number(row.created_at)
  } finally {
    database.close()
  }
}
