import type { World } from '../domain/world.ts'
import { Attempts } from './backoff.ts'
import type { RowRead } from './keys.ts'
import type { Store } from './store.ts'

/** What each named row is, or undefined where there is none. */
export type Snapshot<Reads> = { [K in keyof Reads]: Reads[K] extends RowRead<infer T> ? T | undefined : never }

/**
 * Reads all the rows as of one moment. A write in flight on any of them is waited out, with bounded retries; `conflicted` when
 * it would not end.
 */
export async function readSnapshot<Reads extends Record<string, RowRead<unknown>>>(
  store: Store,
  world: World,
  reads: Reads,
): Promise<{ status: 'read'; rows: Snapshot<Reads> } | { status: 'conflicted' }> {
  const attempts = new Attempts(world)
  const names = Object.keys(reads)
  do {
    const outcome = await store.transactRead(Object.values(reads))
    if (outcome.status !== 'read') continue
    const parsed = names.map((name, index) => {
      const row = outcome.rows[index]
      return [name, row && reads[name]?.parse(row)] as const
    })
    return { status: 'read', rows: Object.fromEntries(parsed) as Snapshot<Reads> }
  } while (await attempts.again())
  return { status: 'conflicted' }
}
