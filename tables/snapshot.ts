import type { RowRead } from './keys.ts'
import type { Retries } from './retries.ts'
import type { Store } from './store.ts'

/** What each named row is, or undefined where there is none. */
export type Snapshot<Reads> = { [K in keyof Reads]: Reads[K] extends RowRead<infer T> ? T | undefined : never }

/**
 * Reads all the rows as of one moment. A write in flight on any of them is waited out, with bounded retries; `conflicted` when
 * it would not end.
 */
export async function readSnapshot<Reads extends Record<string, RowRead<unknown>>>(
  store: Store,
  retries: Retries,
  reads: Reads,
): Promise<{ status: 'read'; rows: Snapshot<Reads> } | { status: 'conflicted' }> {
  // One request may name a row only once, yet who acts may be who is acted upon.
  const distinct = [...new Map(Object.values(reads).map((read) => [address(read), read])).values()]
  do {
    const outcome = await store.transactRead(distinct)
    if (outcome.status !== 'read') continue
    const found = new Map(distinct.map((read, index) => [address(read), outcome.rows[index]]))
    const parsed = Object.entries(reads).map(([name, read]) => {
      const row = found.get(address(read))
      return [name, row && read.parse(row)] as const
    })
    return { status: 'read', rows: Object.fromEntries(parsed) as Snapshot<Reads> }
  } while (await retries.next())
  return { status: 'conflicted' }
}

function address({ table, key }: RowRead<unknown>): string {
  return `${table} ${key.pk} ${key.sk ?? ''}`
}
