import { sha256 } from '../../tables/keys.ts'
import type { Caller } from './authenticate.ts'

/**
 * What log lines say about the caller. A subject may be an e-mail address, so a line has only a hash of it, which is the same in all lines
 * of one person. Whoever knows a subject can find its lines; nobody can read a subject off a line.
 */
export function callerFields({ tenant, actor }: Caller): { tenant: string; caller: string } {
  return { tenant, caller: sha256(JSON.stringify(['caller', tenant, actor.id])).slice(0, 16) }
}
