import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Which entries of seeds a data folder has: the API forgets idempotency keys after a day, and a data folder lives longer. */
export interface Ledger {
  /** The id of what was created for this key. */
  find(key: string): string | undefined
  add(key: string, id: string): void
}

export function openLedger(dataDir: string): Ledger {
  const file = join(dataDir, 'seeded.ndjson')
  const ids = new Map(existsSync(file) ? readFileSync(file, 'utf8').split('\n').flatMap(entryOf) : [])
  return {
    find: (key) => ids.get(key),
    add(key, id) {
      ids.set(key, id)
      // It begins a line, in case the last one was cut off by a kill.
      appendFileSync(file, `\n${JSON.stringify({ key, id })}`)
    },
  }
}

/** Empty for a line that was cut off: its request is sent again, under the same idempotency key. */
function entryOf(line: string): [string, string][] {
  try {
    const { key, id } = JSON.parse(line) as { key: unknown; id: unknown }
    return typeof key === 'string' && typeof id === 'string' ? [[key, id]] : []
  } catch {
    return []
  }
}
