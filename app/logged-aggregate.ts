import type { AggregateRef } from '../domain/ids.ts'
import { sha256 } from '../tables/keys.ts'

/**
 * How a log line names an aggregate. The id of a user may be an e-mail address, so a line has the hash that also names the person as a
 * caller (app/http/caller-log.ts).
 */
export function loggedAggregate(tenant: string, { type, id }: AggregateRef): AggregateRef {
  return type === 'user' ? { type, id: personHash(tenant, id) } : { type, id }
}

/** The same in all lines of one person, and of no other person or tenant. Whoever knows the subject can find its lines; nobody can read it off one. */
export function personHash(tenant: string, subject: string): string {
  return sha256(JSON.stringify(['caller', tenant, subject])).slice(0, 16)
}
