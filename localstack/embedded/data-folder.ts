import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts'
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
const formatVersion = 1
const lockName = 'lock'

/** Files that commands write into the data folder of a target other than the embedded stack: outputs and attempts of load runs. */
const commandFiles = new Set(['outputs.json', 'attempts.ndjson'])

/**
 * Locks the folder for this process and creates it if needed. Takes over the lock of a process that was killed. With `fresh`, deletes
 * what the folder holds. Throws {@link DataFolderError} when another stack uses the folder or its content is not a stack's data.
 */
export function openDataFolder(path: string, { name, fresh = false }: DataFolderOptions): DataFolder {
  const dir = resolve(path)
  const markerName = `${slugOf(name)}.json`
  mkdirSync(dir, { recursive: true })
  refuseForeign(dir, name, markerName)
  const lockFile = join(dir, lockName)
  takeLock(lockFile, dir)
  try {
    if (fresh) for (const name of readdirSync(dir)) if (name !== lockName) rmSync(join(dir, name), { recursive: true })
    mark(dir, markerName)
  } catch (error) {
    rmSync(lockFile, { force: true })
    throw error
  }
  return { dir, release: () => rmSync(lockFile, { force: true }) }
}

/**
 * Throws {@link DataFolderError} when a database in the folder is damaged. Skips DynamoDB's, which is checked by its own start, because
 * an engine that survived a kill may still hold it.
 */
export function checkDatabases(dir: string): void {
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.db') || name === join('dynamodb', 'data.db')) continue
    const problem = problemOf(join(dir, name))
    if (problem !== 'ok')
      throw new DataFolderError(
        `The database ${join(dir, name)} is damaged (${problem}): restore a copy, or start with --fresh, which deletes all local data.`,
      )
  }
}

function problemOf(file: string): string {
  const database = new DatabaseSync(file)
  try {
    return String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SQLITE_ERROR') throw error
    return (error as Error).message
  } finally {
    database.close()
  }
}

/** A mistyped `--data` must neither fill an unrelated folder nor, with `--fresh`, empty it. */
function refuseForeign(dir: string, name: string, markerName: string): void {
  const names = readdirSync(dir).filter((file) => file !== lockName && !file.startsWith(`${lockName}.`))
  if (names.includes(markerName) || names.every((file) => commandFiles.has(file))) return
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

/** Locks by a hard link: creating one is atomic, and only one process succeeds. */
function takeLock(lockFile: string, dir: string): void {
  const mine = `${lockFile}.${process.pid}`
  writeFileSync(mine, JSON.stringify(identityOf(process.pid)))
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (linkIfFree(mine, lockFile)) return
      const holder = readJson(lockFile) as ProcessIdentity | undefined
      if (holder && isRunning(holder))
        throw new DataFolderError(
          `Another stack (process ${holder.pid}) is using ${dir}: stop it, or choose another folder with --data DIR.`,
        )
      removeStale(lockFile, holder)
    }
    throw new DataFolderError(
      `Could not lock ${lockFile}, because other stacks are starting on it: try again, or choose another folder with --data DIR.`,
    )
  } finally {
    rmSync(mine, { force: true })
  }
}

function linkIfFree(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Renames the lock first, and puts it back if it turns out not to be the stale one. */
function removeStale(lockFile: string, stale: ProcessIdentity | undefined): void {
  const aside = `${lockFile}.stale.${process.pid}`
  try {
    renameSync(lockFile, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const moved = readJson(aside) as ProcessIdentity | undefined
  if (moved?.pid !== stale?.pid || moved?.startedAt !== stale?.startedAt) linkIfFree(aside, lockFile)
  rmSync(aside, { force: true })
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // Missing, or truncated by a power failure: treated as missing.
    return undefined
  }
}
