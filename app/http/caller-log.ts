import { personHash } from '../logged-aggregate.ts'
import type { Caller } from './authenticate.ts'

/** What log lines say about the caller: a subject may be an e-mail address, so a line has only a hash of it. */
export function callerFields({ tenant, actor }: Caller): { tenant: string; caller: string } {
  return { tenant, caller: personHash(tenant, actor.id) }
}
