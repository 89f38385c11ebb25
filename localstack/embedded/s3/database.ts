import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Keys are bytes, so that they sort as S3 sorts them. `seq` orders all changes: the newest version of a key has the highest. A piece is a
 * file of a version or of an upload's part; copies share files.
 */
const schema = `
  CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, created_ms INTEGER NOT NULL, versioning TEXT NOT NULL DEFAULT ''
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS settings (
    bucket TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (bucket, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counter (one INTEGER PRIMARY KEY CHECK (one = 1), value INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO counter VALUES (1, 0);
  CREATE TABLE IF NOT EXISTS versions (
    seq INTEGER PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, version_id TEXT NOT NULL, is_latest INTEGER NOT NULL,
    is_marker INTEGER NOT NULL, size_bytes INTEGER NOT NULL, etag TEXT NOT NULL, modified_ms INTEGER NOT NULL, facts TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS versions_by_id ON versions (bucket, key, version_id);
  CREATE INDEX IF NOT EXISTS versions_in_order ON versions (bucket, key, seq DESC);
  CREATE UNIQUE INDEX IF NOT EXISTS current_versions ON versions (bucket, key) WHERE is_latest = 1;
  CREATE INDEX IF NOT EXISTS visible_objects ON versions (bucket, key) WHERE is_latest = 1 AND is_marker = 0;
  CREATE TABLE IF NOT EXISTS uploads (
    upload_id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, started_ms INTEGER NOT NULL, facts TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS uploads_in_order ON uploads (bucket, key, upload_id);
  CREATE TABLE IF NOT EXISTS pieces (
    seq INTEGER, upload_id TEXT, number INTEGER NOT NULL, blob TEXT NOT NULL, size_bytes INTEGER NOT NULL, etag TEXT NOT NULL,
    checksum TEXT, modified_ms INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS pieces_of_version ON pieces (seq, number) WHERE seq IS NOT NULL;
  CREATE UNIQUE INDEX IF NOT EXISTS pieces_of_upload ON pieces (upload_id, number) WHERE upload_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS pieces_by_blob ON pieces (blob);
`

export type Row = Record<string, string | number | bigint | Uint8Array | null>

export interface Database {
  get(sql: string, ...values: Value[]): Row | undefined
  all(sql: string, ...values: Value[]): Row[]
  iterate(sql: string, ...values: Value[]): Iterable<Row>
  run(sql: string, ...values: Value[]): void
  /** All of it or nothing; on disk when it returns. */
  transact<T>(work: () => T): T
  close(): void
}

export type Value = string | number | Uint8Array | null

/** The file with everything about objects but their bytes. Commits are synced to disk, so an acknowledged write survives a power cut. */
export function openDatabase(path: string): Database {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec(schema)
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  const prepared = (sql: string) => {
    const known = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, known)
    return known
  }
  return {
    get: (sql, ...values) => prepared(sql).get(...values) as Row | undefined,
    all: (sql, ...values) => prepared(sql).all(...values) as Row[],
    iterate: (sql, ...values) => prepared(sql).iterate(...values) as Iterable<Row>,
    run: (sql, ...values) => void prepared(sql).run(...values),
    transact(work) {
      database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        database.exec('COMMIT')
        return result
      } catch (error) {
        // A full disk may have ended it already.
        if (database.isTransaction) database.exec('ROLLBACK')
        throw error
      }
    },
    close: () => database.close(),
  }
}

export function keyOf(row: Row): string {
  return Buffer.from(row.key as Uint8Array).toString()
}
