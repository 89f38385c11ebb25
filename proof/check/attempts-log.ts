import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RequestAttempt } from '../load/attempt.ts'
import type { StoredDataId } from '../stored-data-id.ts'

/** The answers that clients received, kept in the data folder, so that a later check can compare the stored data with them. */
const logPath = (dataDir: string) => join(dataDir, 'attempts.ndjson')

/** A line of the log. `data` is the id of the data that the answers were about; earlier releases did not write it. */
type LoggedAttempt = RequestAttempt & { data?: string }

export function logAttempts(dataDir: string, data: StoredDataId, attempts: readonly RequestAttempt[]): void {
  mkdirSync(dataDir, { recursive: true })
  const lines = attempts.map((attempt) => toLine({ data: data.id, ...attempt }))
  appendFileSync(logPath(dataDir), lines.join(''))
}

const toLine = (attempt: LoggedAttempt) => `${JSON.stringify(attempt)}\n`

/** The logged attempts at this data; none when there is no log. `otherData` counts those at data that is gone, or of another target. */
export function readAttempts(dataDir: string, stored: StoredDataId): { attempts: RequestAttempt[]; otherData: number } {
  const logged = readLog(dataDir)
  const attempts = logged.filter(isAbout(stored))
  return { attempts, otherData: logged.length - attempts.length }
}

/** Removes the attempts at this data, once it is gone. */
export function dropAttempts(dataDir: string, gone: StoredDataId): void {
  const isGone = isAbout(gone)
  const kept = readLog(dataDir).filter((attempt) => !isGone(attempt))
  const path = logPath(dataDir)
  if (kept.length === 0) rmSync(path, { force: true })
  else {
    writeFileSync(`${path}.part`, kept.map(toLine).join(''))
    renameSync(`${path}.part`, path)
  }
}

const isAbout =
  (stored: StoredDataId) =>
  ({ data, startedAtMs }: LoggedAttempt): boolean =>
    data === undefined ? startedAtMs >= stored.createdAtMs : data === stored.id

function readLog(dataDir: string): LoggedAttempt[] {
  const path = logPath(dataDir)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
