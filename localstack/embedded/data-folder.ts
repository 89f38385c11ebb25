import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { slugOf } from './slug.ts'

/** The folder with all state of one stack, locked by this process. */
export interface DataFolder {
  dir: string
  release(): void
}

export interface DataFolderOptions {
  /** Whose data it holds; see {@link EmbeddedStackOptions.name}. */
  name: string
  /** Deletes what it holds. */
  fresh?: boolean
}

/** The data folder cannot be used. The message is one line that says what to do. */
export class DataFolderError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DataFolderError'
  }
}

/** Incremented when a release can no longer read what an earlier one stored. */
const formatVersion = 2
const lockName = 'stack.lock'
/** Says who holds the lock, for people. */
const holderName = 'stack.lock.json'

/** Files that commands write into the data folder of a target other than the embedded stack: outputs and attempts of load runs. */
const commandFiles = new Set(['outputs.json', 'attempts.ndjson'])

/**
 * Locks the folder for this process and creates it if needed. A process that is killed loses its lock. With `fresh`, deletes
 * what the folder holds. Throws {@link DataFolderError} when it is no folder or can't be created, another stack uses it, or its content is
 * not a stack's data.
 */
export function openDataFolder(path: string, { name, fresh = false }: DataFolderOptions): DataFolder {
  const dir = resolve(path)
  const markerName = `${slugOf(name)}.json`
  ensureFolder(dir)
  refuseForeign(dir, name, markerName)
  const release = takeLock(dir)
  try {
    if (fresh) empty(dir, markerName)
    mark(dir, markerName)
  } catch (error) {
    release()
    throw error
  }
  return { dir, release }
}

function ensureFolder(dir: string): void {
  try {
    createFolder(dir)
    readdirSync(dir)
    accessSync(dir, constants.W_OK)
  } catch (error) {
    throw new DataFolderError(
      `${dir} cannot be used as data folder (${(error as Error).message}): choose another folder with --data DIR.`,
    )
  }
}

/** Creates one folder after the other: Node's recursive way never ends where the file system refuses with ENOENT, as /proc does. */
function createFolder(dir: string): void {
  if (existsSync(dir)) return
  if (dirname(dir) !== dir) createFolder(dirname(dir))
  try {
    mkdirSync(dir)
  } catch (error) {
    // Another process may have created it since.
    if (!existsSync(dir)) throw error
  }
}

/** Throws {@link DataFolderError} when another stack uses the folder. Changes nothing in it. */
export function refuseLocked(path: string): void {
  const dir = resolve(path)
  if (existsSync(join(dir, lockName))) takeLock(dir)()
}

/**
 * Throws {@link DataFolderError} when a database in the folder is damaged. Skips DynamoDB's, which is checked by its own start, because
 * an engine that survived a kill may still hold it.
 */
export function checkDatabases(dir: string): void {
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.db') || name === join('dynamodb', 'data.db')) continue
    const problem = problemOf(join(dir, name))
    if (problem === 'busy')
      throw new DataFolderError(
        `Another program has locked the database ${join(dir, name)}: close it (a database viewer, perhaps), and start again.`,
      )
    if (problem !== 'ok')
      throw new DataFolderError(
        `The database ${join(dir, name)} is damaged (${problem}): restore a copy, or start with --fresh, which deletes all local data.`,
      )
  }
}

/** Longer than any transaction of a program that only looks. */
const busyTimeoutMs = 1_000

function problemOf(file: string): string {
  const database = new DatabaseSync(file, { timeout: busyTimeoutMs })
  try {
    return String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SQLITE_ERROR') throw error
    if (isBusy(error)) return 'busy'
    return (error as Error).message
  } finally {
    database.close()
  }
}

/** Whether a file is the lock, or one that SQLite may put beside it. */
function isLock(file: string): boolean {
  return file.startsWith(lockName)
}

/** The marker goes last: without it, what a kill leaves behind would be taken for somebody else's. */
function empty(dir: string, markerName: string): void {
  const files = readdirSync(dir).filter((file) => !isLock(file) && file !== markerName)
  for (const file of [...files, markerName]) rmSync(join(dir, file), { recursive: true, force: true })
}

/** A mistyped `--data` must neither fill an unrelated folder nor, with `--fresh`, empty it. */
function refuseForeign(dir: string, name: string, markerName: string): void {
  const names = readdirSync(dir).filter((file) => !isLock(file))
  const isOurs = (file: string) => commandFiles.has(file) || file === `${markerName}.part`
  if (names.includes(markerName) || names.every(isOurs)) return
  throw new DataFolderError(`${dir} is not empty and holds no data of ${name}: choose another folder with --data DIR.`)
}

function mark(dir: string, markerName: string): void {
  const file = join(dir, markerName)
  if (!existsSync(file)) {
    writeFileSync(`${file}.part`, `${JSON.stringify({ formatVersion })}\n`)
    renameSync(`${file}.part`, file)
    return
  }
  const stored = readJson(file) as { formatVersion?: unknown } | undefined
  if (stored?.formatVersion !== formatVersion)
    throw new DataFolderError(
      `${dir} is damaged or was written by another version (${markerName}): start with --fresh, which deletes its data, or choose another folder with --data DIR.`,
    )
}

/**
 * Locks by SQLite, whose file locks end with the process that holds them and hold across PID namespaces, unlike what a process id says.
 * Nothing is ever written to the database.
 */
function takeLock(dir: string): () => void {
  const database = new DatabaseSync(join(dir, lockName))
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    const holder = readJson(join(dir, holderName)) as { pid?: number } | undefined
    throw new DataFolderError(
      `Another stack${holder?.pid ? ` (process ${holder.pid})` : ''} is using ${dir}: stop it, or choose another folder with --data DIR.`,
    )
  }
  writeFileSync(join(dir, holderName), JSON.stringify({ pid: process.pid }))
  return () => {
    rmSync(join(dir, holderName), { force: true })
    database.close()
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED (https://www.sqlite.org/rescode.html). */
function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: number }
  return errcode === 5 || errcode === 6
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // Missing, or truncated by a power failure: treated as missing.
    return undefined
  }
}
