import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Attempt } from '../load/attempt.ts'

/** What clients were told, kept beside the stack's data, so that a later check can hold the stack to it. */
const fileOf = (dataDir: string) => join(dataDir, 'attempts.ndjson')

export function logAttempts(dataDir: string, attempts: readonly Attempt[]): void {
  mkdirSync(dataDir, { recursive: true })
  appendFileSync(fileOf(dataDir), attempts.map((attempt) => `${JSON.stringify(attempt)}\n`).join(''))
}

export function readAttempts(dataDir: string): Attempt[] {
  const path = fileOf(dataDir)
  if (!existsSync(path)) return []
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}
