import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** A row as SQLite returns it. The journal is written by this folder alone, so rows are trusted to have these shapes. */
export type Row = Record<string, string | number | null>
export type Value = string | number | null

const schema = `
  CREATE TABLE IF NOT EXISTS machines (
    arn TEXT PRIMARY KEY, name TEXT NOT NULL, definition TEXT NOT NULL, roleArn TEXT NOT NULL, status TEXT NOT NULL,
    revisionId TEXT, createdMs REAL NOT NULL, settings TEXT NOT NULL, tags TEXT NOT NULL, lastVersion INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS versions (
    arn TEXT PRIMARY KEY, machineArn TEXT NOT NULL, number INTEGER NOT NULL, definition TEXT NOT NULL,
    roleArn TEXT NOT NULL, revisionId TEXT, description TEXT, createdMs REAL NOT NULL);
  CREATE TABLE IF NOT EXISTS definitions (hash TEXT PRIMARY KEY, text TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS executions (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, name TEXT NOT NULL, machineArn TEXT NOT NULL,
    versionArn TEXT, definition TEXT NOT NULL, roleArn TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL,
    output TEXT, error TEXT, cause TEXT, startMs REAL NOT NULL, stopMs REAL, dueMs REAL, traceHeader TEXT,
    lastEvent INTEGER NOT NULL, lastFrame INTEGER NOT NULL, transitions INTEGER NOT NULL,
    redriveCount INTEGER NOT NULL, redriveMs REAL);
  CREATE INDEX IF NOT EXISTS executionsByMachine ON executions (machineArn, seq);
  CREATE INDEX IF NOT EXISTS executionsRunning ON executions (seq) WHERE status = 'RUNNING';
  CREATE INDEX IF NOT EXISTS executionsDue ON executions (dueMs) WHERE dueMs IS NOT NULL;
  CREATE TABLE IF NOT EXISTS frames (
    execution INTEGER NOT NULL, id INTEGER NOT NULL, parent INTEGER, position INTEGER NOT NULL, phase TEXT NOT NULL,
    dueMs REAL, body TEXT NOT NULL, PRIMARY KEY (execution, id)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS framesDue ON frames (dueMs) WHERE dueMs IS NOT NULL;
  CREATE INDEX IF NOT EXISTS framesByParent ON frames (execution, parent, position);
  CREATE TABLE IF NOT EXISTS tokens (
    token TEXT PRIMARY KEY, execution INTEGER NOT NULL, frame INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS events (
    execution INTEGER NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (execution, id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS mapRuns (
    arn TEXT PRIMARY KEY, execution INTEGER NOT NULL, frame INTEGER NOT NULL, machineArn TEXT NOT NULL,
    definition TEXT NOT NULL, status TEXT NOT NULL, total INTEGER NOT NULL, maxConcurrency INTEGER NOT NULL,
    toleratedCount INTEGER NOT NULL, toleratedPercentage REAL NOT NULL, startMs REAL NOT NULL, stopMs REAL);
  CREATE INDEX IF NOT EXISTS mapRunsByExecution ON mapRuns (execution);
  CREATE TABLE IF NOT EXISTS mapItems (
    child INTEGER PRIMARY KEY, mapRun TEXT NOT NULL, parent INTEGER NOT NULL, frame INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS mapItemsByParent ON mapItems (parent, frame);
  CREATE INDEX IF NOT EXISTS mapItemsByRun ON mapItems (mapRun, child);
  PRAGMA user_version = 1;
`

/** The SQLite file in which every transition is kept. One process at a time: a second would run everything twice. */
export class Journal {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  /** Throws an Error that names the file if it is in use or is no journal. */
  constructor(path: string) {
    try {
      this.#database = new DatabaseSync(path)
      // EXCLUSIVE: held until the process ends, even by kill -9. FULL: a commit is on disk before it is told to anyone.
      this.#database.exec(`
        PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = 2000; BEGIN IMMEDIATE; ${schema} COMMIT;`)
    } catch (error) {
      throw new Error(`The Step Functions journal ${path} could not be opened: ${(error as Error).message}`, {
        cause: error,
      })
    }
  }

  /** Runs `work` in one transaction: all that it writes is kept, or, if it throws, nothing. */
  transaction<Result>(work: () => Result): Result {
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  run(sql: string, ...values: Value[]): { changes: number; id: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values)
    return { changes: Number(changes), id: Number(lastInsertRowid) }
  }

  get(sql: string, ...values: Value[]): Row | undefined {
    return this.#statement(sql).get(...values) as Row | undefined
  }

  all(sql: string, ...values: Value[]): Row[] {
    return this.#statement(sql).all(...values) as Row[]
  }

  close(): void {
    this.#database.close()
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = this.#database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}
