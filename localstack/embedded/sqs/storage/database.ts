import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { AwsError } from '../../aws-error.ts'
import { DataFolderError } from '../../data-folder.ts'
import type { Log } from '../../ports.ts'
import { applicationId, schema, schemaVersion } from './schema.ts'

/** A row as this store wrote it. */
export type Row = Record<string, string | number | null>

/**
 * The one file of all queues. What is written within one turn of the event loop is one commit; whoever wrote waits for it before
 * answering, so that a kill takes back nothing that was answered.
 */
export interface Database {
  /** A statement, prepared once. */
  prepare(sql: string): Statement
  /** Runs `step` in the turn's transaction: all that it writes is kept, or, if it throws, nothing. */
  write<Result>(step: () => Result): Result
  /** Resolves when what was written is stored, at once if there is nothing. Rejects when it could not be, and is undone then. */
  committed(): Promise<void>
  /** Called after each commit, and after what could not be committed was undone. */
  onEnd(end: (outcome: 'committed' | 'undone') => void): void
  close(): void
}

export interface Statement {
  run(...values: SQLInputValue[]): { changes: number; id: number }
  get(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
}

/** Opens or creates the file. Throws {@link DataFolderError}, one line, when it is damaged, in use or something else. */
export function openDatabase(file: string, log: Log): Database {
  mkdirSync(dirname(file), { recursive: true })
  const db = connect(file)
  const statements = new Map<string, Statement>()
  let turn: PromiseWithResolvers<void> | undefined
  let tellEnd: (outcome: 'committed' | 'undone') => void = () => {}

  function undo(error: unknown) {
    const undone = turn
    turn = undefined
    if (db.isTransaction) db.exec('ROLLBACK')
    const { message } = error as Error
    log.warn(`SQS could not store to ${file}: ${message}; what was asked for is refused and undone.`)
    tellEnd('undone')
    undone?.reject(new AwsError('InternalFailure', `The queues could not be stored: ${message}`, 500))
  }

  function end() {
    if (!turn) return
    try {
      db.exec('COMMIT')
    } catch (error) {
      return undo(error)
    }
    const ended = turn
    turn = undefined
    ended.resolve()
    tellEnd('committed')
  }

  function begin() {
    if (turn) return
    db.exec('BEGIN IMMEDIATE')
    turn = Promise.withResolvers()
    // Those who wait hear of a failure; if no one does, it is in the log.
    turn.promise.catch(() => {})
    setImmediate(end)
  }

  return {
    prepare(sql) {
      const known = statements.get(sql) ?? asStatement(db.prepare(sql))
      statements.set(sql, known)
      return known
    },
    write(step) {
      begin()
      db.exec('SAVEPOINT step')
      try {
        const result = step()
        db.exec('RELEASE step')
        return result
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK TO step; RELEASE step')
        // A full disk may have ended the whole transaction.
        else undo(error)
        throw error
      }
    },
    committed: () => turn?.promise ?? Promise.resolve(),
    onEnd: (tell) => {
      tellEnd = tell
    },
    close() {
      end()
      if (db.isOpen) db.close()
    },
  }
}

function asStatement(statement: StatementSync): Statement {
  return {
    run(...values) {
      const { changes, lastInsertRowid } = statement.run(...values)
      return { changes: Number(changes), id: Number(lastInsertRowid) }
    },
    get: (...values) => statement.get(...values) as Row | undefined,
    all: (...values) => statement.all(...values) as Row[],
  }
}

function connect(file: string): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    db = new DatabaseSync(file)
    // EXCLUSIVE: held until the process ends, even by kill -9. NORMAL: a commit is with the operating system before it is answered,
    // so a kill loses nothing; only a power cut could.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    const number = (pragma: string) => Number(Object.values(db?.prepare(`PRAGMA ${pragma}`).get() ?? {})[0])
    const isNew = number('schema_version') === 0
    if (isNew)
      db.exec(`BEGIN IMMEDIATE; ${schema}
        INSERT INTO secret VALUES (randomblob(32));
        PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT`)
    if (number('application_id') !== applicationId)
      throw new DataFolderError(`${file} is not a file of queues: ${wayOut}`)
    if (number('user_version') !== schemaVersion)
      throw new DataFolderError(`${file} was written by another version: ${wayOut}`)
    return db
  } catch (error) {
    if (db?.isOpen) db.close()
    if (error instanceof DataFolderError) throw error
    const { message } = error as Error
    if (/locked|busy/.test(message))
      throw new DataFolderError(
        `${file} is in use by another process: stop it, or choose another folder with --data DIR.`,
      )
    throw new DataFolderError(`The database ${file} is damaged (${message}): ${wayOut}`)
  }
}

const wayOut = 'restore a copy, or start with --fresh, which deletes all local data.'
