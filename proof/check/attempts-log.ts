import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RequestAttempt } from '../load/attempt.ts'
import type { StoredDataId } from '../stored-data-id.ts'

/** The answers that clients received, kept in the data folder, so that a later check can compare the stored data with them. */
const logPath = (dataDir: string) => join(dataDir, 'attempts.ndjson')

/** A line of the log. `data` is the id of the data that the answers were about; earlier releases did not write it. */
type LoggedAttempt = RequestAttempt & { data?: string }

export function logAttempts(dataDir: string, data: StoredDataId, attempts: readonly RequestAttempt[]): void {
  mkdirSync(dataDir, { recursive: true })
  const lines = attempts.map((attempt) => `${JSON.stringify({ data: data.id, ...attempt } satisfies LoggedAttempt)}\n`)
  appendFileSync(logPath(dataDir), lines.join(''))
}

/** The logged attempts at this data; none when there is no log. `otherData` counts those at data that is gone, or of another target. */
export function readAttempts(dataDir: string, stored: StoredDataId): { attempts: RequestAttempt[]; otherData: number } {
  const logged = readLog(dataDir)
  const attempts = logged.filter(({ data, startedAtMs }) =>
    data === undefined ? startedAtMs >= stored.createdAtMs : data === stored.id,
  )
  return { attempts, otherData: logged.length - attempts.length }
}

function readLog(dataDir: string): LoggedAttempt[] {
  const path = logPath(dataDir)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
