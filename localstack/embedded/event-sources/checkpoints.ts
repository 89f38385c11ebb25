import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { convertPosition } from '../dynamodb/stream-names.ts'

/** How far each event source has come, on disk: what was acknowledged is not read again, what was not is. */
export interface Checkpoints {
  /** The last acknowledged sequence number of this reader. */
  position(reader: string): string | undefined
  savePosition(reader: string, sequenceNumber: string): void
  /** Receipt handles of messages that are with the function; still there at a start, they were cut off by the last stop. */
  taken(source: string): string[]
  take(source: string, receiptHandles: readonly string[]): void
  /** For messages that were deleted or made visible again. */
  forgetTaken(source: string, receiptHandles: readonly string[]): void
  close(): void
}

/** Opens `event-sources.db` in the data folder. */
export function openCheckpoints(dataDir: string): Checkpoints {
  mkdirSync(dataDir, { recursive: true })
  const db = new DatabaseSync(join(dataDir, 'event-sources.db'))
  // NORMAL survives the death of the process, which is what is promised; a power cut may redeliver, never lose.
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    CREATE TABLE IF NOT EXISTS positions (reader TEXT PRIMARY KEY, sequence_number TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS taken (source TEXT, receipt_handle TEXT, PRIMARY KEY (source, receipt_handle)) STRICT;
  `)
  convertPositions(db)
  const readPosition = db.prepare('SELECT sequence_number FROM positions WHERE reader = ?')
  const writePosition = db.prepare('INSERT OR REPLACE INTO positions VALUES (?, ?)')
  const readTaken = db.prepare('SELECT receipt_handle FROM taken WHERE source = ? ORDER BY rowid')
  const addTaken = db.prepare('INSERT OR IGNORE INTO taken SELECT ?, value FROM json_each(?)')
  const dropTaken = db.prepare(
    'DELETE FROM taken WHERE source = ? AND receipt_handle IN (SELECT value FROM json_each(?))',
  )

  return {
    position(reader) {
      const row = readPosition.get(reader)
      return row && String(row.sequence_number)
    },
    savePosition: (reader, sequenceNumber) => void writePosition.run(reader, sequenceNumber),
    taken: (source) => readTaken.all(source).map((row) => String(row.receipt_handle)),
    take: (source, receiptHandles) => void addTaken.run(source, JSON.stringify(receiptHandles)),
    forgetTaken: (source, receiptHandles) => void dropTaken.run(source, JSON.stringify(receiptHandles)),
    close: () => db.close(),
  }
}

/** Positions of older data folders name stream, shard and record as the engine does. All are converted, or none. */
function convertPositions(db: DatabaseSync): void {
  const old = db.prepare("SELECT reader, sequence_number FROM positions WHERE reader LIKE '%/shardId-00000001-%'").all()
  if (old.length === 0) return
  db.exec('BEGIN IMMEDIATE')
  for (const { reader, sequence_number: sequenceNumber } of old) {
    const converted = convertPosition(String(reader), String(sequenceNumber))
    if (!converted) continue
    db.prepare('INSERT OR IGNORE INTO positions VALUES (?, ?)').run(converted.reader, converted.sequenceNumber)
    db.prepare('DELETE FROM positions WHERE reader = ?').run(String(reader))
  }
  db.exec('COMMIT')
}
