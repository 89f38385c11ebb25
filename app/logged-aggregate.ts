import type { AggregateRef } from '../domain/ids.ts'
import { sha256Hex } from '../domain/sha256.ts'
import { keyWithoutUser } from '../tables/keys.ts'

/**
 * How a log line names an aggregate. The id of a user may be an e-mail address, so a line has the hash that also names the person as a
 * caller (app/http/caller-log.ts).
 */
export function loggedAggregate(tenant: string, { type, id }: AggregateRef): AggregateRef {
  return type === 'user' ? { type, id: personHash(tenant, id) } : { type, id }
}

/** Keys of a row, or a position behind one, as log lines name them. Values of a stream record are typed, as in `{ S: '…' }`. */
export function loggedKeys(keys: unknown): unknown {
  if (typeof keys === 'string') return keyWithoutUser(keys, personHash)
  if (typeof keys !== 'object' || keys === null) return keys
  return Object.fromEntries(Object.entries(keys).map(([name, value]) => [name, loggedKeys(value)]))
}

/**
 * The same in all lines of one person, and of no other person or tenant. Whoever knows the subject can find its
 * lines; nobody can read it off one.
 */
export function personHash(tenant: string, subject: string): string {
  return sha256Hex(JSON.stringify(['caller', tenant, subject])).slice(0, 16)
}
