import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Target } from '../../proof/target.ts'
import { secretsIn } from '../supply-chain/secret-patterns.ts'

/**
 * Where nothing secret belongs: what functions print, what executions take and return, and the outputs. Parts of the local stack's data.
 */
const places = ['logs/*', 'step-functions.db*', 'outputs.json']

/**
 * Searches what the local stack has written for secrets and for `words`, which callers sent or received. Other targets keep it elsewhere.
 */
export function expectNoSecretInLogs({ dataDir }: Target, words: string[]): void {
  const files = globSync(places, { cwd: dataDir })
  expect(files.length).toBeGreaterThan(places.length)
  const found = files.flatMap((file) => {
    const text = readFileSync(join(dataDir, file), 'utf8')
    return [...secretsIn(text), ...words.filter((word) => text.includes(word))].map((secret) => `${file}: ${secret}`)
  })
  expect(found).toEqual([])
}
