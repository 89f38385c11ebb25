import type { RowRead } from './keys.ts'
import type { Retries } from './retries.ts'
import type { Store } from './store.ts'

/** Each named row, parsed; undefined when it does not exist. */
export type Snapshot<Reads> = { [K in keyof Reads]: Reads[K] extends RowRead<infer T> ? T | undefined : never }

/**
 * Reads all rows as of one moment. Retries while a transaction is in progress on any of them; `conflicted` when the deadline of `retries`
 * passes.
 */
export async function readSnapshot<Reads extends Record<string, RowRead<unknown>>>(
  store: Store,
  retries: Retries,
  reads: Reads,
): Promise<{ status: 'read'; rows: Snapshot<Reads> } | { status: 'conflicted' }> {
  // DynamoDB rejects a request that contains a row twice, but the actor and the target may be the same row.
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
