import { DatabaseSync } from 'node:sqlite'
import { setImmediate as turn } from 'node:timers/promises'

/** A backup, without its items. */
export interface Backup {
  arn: string
  name: string
  tableName: string
  createdAtMs: number
  bytes: number
  itemCount: number
  /** The table's description at that time. */
  table: Record<string, unknown>
}

/** Backups with their items, since when tables can be restored to a point in time, and what was restored from where: a file of its own. */
export interface BackupStore {
  /** Keeps the backup with all items, or nothing when it fails half way. */
  add(backup: Omit<Backup, 'bytes' | 'itemCount'>, items: Iterable<string>): Promise<Backup>
  get(arn: string): Backup | undefined
  /** The newest first. */
  list(): Backup[]
  itemsOf(arn: string): Iterable<string>
  remove(arn: string): void
  /** Since when, in epoch milliseconds, the table can be restored to a point in time. */
  recoverableSince(tableName: string): { sinceMs: number; days: number } | undefined
  /** Turned on again, it goes on. */
  setRecoverable(tableName: string, recovery: { sinceMs: number; days: number } | undefined): void
  /** What a table was restored from; `done` tells whether it has all its items. */
  restoreOf(tableName: string): { summary: Record<string, unknown>; done: boolean } | undefined
  keepRestore(tableName: string, summary: Record<string, unknown>, done: boolean): void
  forgetRestore(tableName: string): void
  unfinishedRestores(): string[]
  close(): void
}

/** How many items are copied before other work gets its turn. */
const itemsPerTurn = 500

export function openBackupStore(path: string): BackupStore {
  const db = new DatabaseSync(path)
  db.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE IF NOT EXISTS backups (arn TEXT PRIMARY KEY, created_at INTEGER NOT NULL, content TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS items (arn TEXT NOT NULL, item TEXT NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS items_of_backup ON items (arn);
    CREATE TABLE IF NOT EXISTS recoverable (table_name TEXT PRIMARY KEY, since INTEGER NOT NULL, days INTEGER NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS restores (table_name TEXT PRIMARY KEY, summary TEXT NOT NULL, done INTEGER NOT NULL) STRICT;
  `)
  // What a copy that a stop cut off has left.
  db.exec('DELETE FROM items WHERE arn NOT IN (SELECT arn FROM backups)')
  const all = (sql: string, ...values: (string | number)[]) => db.prepare(sql).all(...values)
  const run = (sql: string, ...values: (string | number)[]) => void db.prepare(sql).run(...values)
  const transaction = <T>(body: () => T): T => {
    db.exec('BEGIN IMMEDIATE')
    try {
      const result = body()
      db.exec('COMMIT')
      return result
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }
  const content = (row: Record<string, unknown>) => JSON.parse(String(row.content)) as Backup

  // A transaction over many turns would lock out every other write meanwhile, so each turn has its own, and the backup comes last.
  async function add(backup: Omit<Backup, 'bytes' | 'itemCount'>, items: Iterable<string>): Promise<Backup> {
    let bytes = 0
    let itemCount = 0
    const insert = db.prepare('INSERT INTO items VALUES (?, ?)')
    const read: string[] = []
    const keepRead = () => {
      for (const item of read.splice(0)) insert.run(backup.arn, item)
    }
    try {
      for (const item of items) {
        read.push(item)
        bytes += Buffer.byteLength(item)
        if (++itemCount % itemsPerTurn > 0) continue
        transaction(keepRead)
        await turn()
      }
      const whole = { ...backup, bytes, itemCount }
      transaction(() => {
        keepRead()
        run('INSERT INTO backups VALUES (?, ?, ?)', backup.arn, backup.createdAtMs, JSON.stringify(whole))
      })
      return whole
    } catch (error) {
      if (db.isOpen) run('DELETE FROM items WHERE arn = ?', backup.arn)
      throw error
    }
  }

  return {
    add,
    get: (arn) => all('SELECT content FROM backups WHERE arn = ?', arn).map(content)[0],
    list: () => all('SELECT content FROM backups ORDER BY created_at DESC, arn DESC').map(content),
    *itemsOf(arn) {
      for (const row of db.prepare('SELECT item FROM items WHERE arn = ?').iterate(arn)) yield String(row.item)
    },
    remove(arn) {
      transaction(() => {
        run('DELETE FROM backups WHERE arn = ?', arn)
        run('DELETE FROM items WHERE arn = ?', arn)
      })
    },
    recoverableSince(tableName) {
      const [row] = all('SELECT since, days FROM recoverable WHERE table_name = ?', tableName)
      return row && { sinceMs: Number(row.since), days: Number(row.days) }
    },
    setRecoverable(tableName, recovery) {
      if (!recovery) return run('DELETE FROM recoverable WHERE table_name = ?', tableName)
      run('INSERT OR IGNORE INTO recoverable VALUES (?, ?, ?)', tableName, recovery.sinceMs, recovery.days)
      run('UPDATE recoverable SET days = ? WHERE table_name = ?', recovery.days, tableName)
    },
    restoreOf(tableName) {
      const [row] = all('SELECT summary, done FROM restores WHERE table_name = ?', tableName)
      return row && { summary: JSON.parse(String(row.summary)) as Record<string, unknown>, done: row.done === 1 }
    },
    keepRestore: (tableName, summary, done) =>
      run('INSERT OR REPLACE INTO restores VALUES (?, ?, ?)', tableName, JSON.stringify(summary), Number(done)),
    forgetRestore: (tableName) => run('DELETE FROM restores WHERE table_name = ?', tableName),
    unfinishedRestores: () =>
      all('SELECT table_name FROM restores WHERE done = 0').map((row) => String(row.table_name)),
    close: () => db.close(),
  }
}
