import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.ts'

/** The folder that holds all state of one stack, while this process has it to itself. */
export interface DataFolder {
  dir: string
  release(): void
}

/** The folder can't be used; the message is one line that says what to do. */
export class DataFolderError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DataFolderError'
  }
}

/** Raised when what is stored can't be read by this version any more. */
const formatVersion = 1
const markerName = 'steadfast.json'
const lockName = 'lock'

/** What commands leave in the data folder of a target that is no embedded stack: its outputs, and the attempts of load runs. */
const commandFiles = new Set(['outputs.json', 'attempts.ndjson'])

/**
 * Takes the folder for this process, or throws {@link DataFolderError}: another stack runs on it, or what is in it is not a
 * stack's data. A lock whose process was killed is taken over. With `fresh`, what the folder held is removed.
 */
export function openDataFolder(path: string, options: { fresh?: boolean } = {}): DataFolder {
  const dir = resolve(path)
  mkdirSync(dir, { recursive: true })
  refuseForeign(dir)
  const lockFile = join(dir, lockName)
  takeLock(lockFile, dir)
  try {
    if (options.fresh)
      for (const name of readdirSync(dir)) if (name !== lockName) rmSync(join(dir, name), { recursive: true })
    mark(dir)
  } catch (error) {
    rmSync(lockFile, { force: true })
    throw error
  }
  return { dir, release: () => rmSync(lockFile, { force: true }) }
}

/**
 * Throws {@link DataFolderError} for a database in the folder that can't be read. DynamoDB's is left out: an engine that outlived
 * a kill may still hold it, so its part looks after it.
 */
export function checkDatabases(dir: string): void {
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.db') || name === join('dynamodb', 'data.db')) continue
    const problem = problemOf(join(dir, name))
    if (problem !== 'ok')
      throw new DataFolderError(
        `${join(dir, name)} is damaged (${problem}): start with --fresh to begin anew, or restore a copy.`,
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

/** A mistyped `--data` must neither fill someone's folder nor, with `--fresh`, empty it. */
function refuseForeign(dir: string): void {
  const names = readdirSync(dir).filter((name) => name !== lockName && !name.startsWith(`${lockName}.`))
  if (names.includes(markerName) || names.every((name) => commandFiles.has(name))) return
  throw new DataFolderError(`${dir} is not empty and holds no Steadfast data: choose another folder by --data DIR.`)
}

function mark(dir: string): void {
  const file = join(dir, markerName)
  if (!existsSync(file)) {
    writeFileSync(`${file}.part`, `${JSON.stringify({ formatVersion })}\n`)
    renameSync(`${file}.part`, file)
    return
  }
  const stored = readJson(file) as { formatVersion?: unknown } | undefined
  if (stored?.formatVersion !== formatVersion)
    throw new DataFolderError(
      `${dir} is damaged or of another version (${markerName}): start with --fresh to begin anew.`,
    )
}

/** A link is made whole or not at all, and only one process can make it. */
function takeLock(lockFile: string, dir: string): void {
  const mine = `${lockFile}.${process.pid}`
  writeFileSync(mine, JSON.stringify(identityOf(process.pid)))
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      if (linkIfFree(mine, lockFile)) return
      const holder = readJson(lockFile) as ProcessIdentity | undefined
      if (holder && isRunning(holder))
        throw new DataFolderError(
          `Another stack (process ${holder.pid}) is running on ${dir}: stop it, or choose another folder by --data DIR.`,
        )
      removeStale(lockFile, holder)
    }
    throw new DataFolderError(`The lock ${lockFile} can't be taken: other stacks are starting on it.`)
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

/** Moved aside first: whoever moved a lock that was not the stale one puts it back. */
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
    // Missing, or cut off by a power failure: as good as not there.
    return undefined
  }
}
