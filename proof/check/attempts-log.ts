import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RequestAttempt } from '../load/attempt.ts'

/** The answers that clients received, kept in the data folder, so that a later check can compare the stored data with them. */
const logPath = (dataDir: string) => join(dataDir, 'attempts.ndjson')

export function logAttempts(dataDir: string, attempts: readonly RequestAttempt[]): void {
  mkdirSync(dataDir, { recursive: true })
  appendFileSync(logPath(dataDir), attempts.map((attempt) => `${JSON.stringify(attempt)}\n`).join(''))
}

/** Every logged attempt; none when there is no log. */
export function readAttempts(dataDir: string): RequestAttempt[] {
  const path = logPath(dataDir)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
