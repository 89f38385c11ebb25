import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'
import { userRow } from '../../tables/users.ts'
import type { Caller } from './authenticate.ts'
import { toProblem } from './refusal-problems.ts'

/**
 * Does a read for a caller whose user is not deactivated. The user's row is read beside `work`, consistently and anew each time, so a
 * deactivation ends all reads at once, and waiting for the row costs no time of its own (ADR 20). Throws `user-deactivated` whatever
 * the outcome of `work`. A caller without a user row is active: the first write registers it.
 */
export async function ifActive<T>(store: Store, { tenant, actor }: Caller, work: () => Promise<T>): Promise<T> {
  const [user, outcome] = await Promise.allSettled([readRow(store, userRow(tenant, actor.id)), work()])
  if (user.status === 'rejected') throw user.reason
  if (user.value?.status === 'deactivated') throw toProblem({ why: 'user-deactivated' })
  if (outcome.status === 'rejected') throw outcome.reason
  return outcome.value
}
