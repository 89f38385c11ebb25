import type { RowRead } from '../../tables/keys.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store } from '../../tables/store.ts'
import { Problem } from './problem.ts'

/**
 * Reads one row by a plain read; where that finds none, by a transaction, which waits for one that is just writing the row. A duplicate may
 * be answered while the transaction of its request is half applied, and a caller that was told of a row must not find it missing. Undefined
 * when it does not exist; throws `unavailable` while it is being written.
 */
export async function readOrConfirmAbsent<T>(store: Store, read: RowRead<T>): Promise<T | undefined> {
  const found = await readRow(store, read)
  if (found) return found
  const outcome = await store.transactRead([read])
  if (outcome.status !== 'read')
    throw new Problem('unavailable', 'The database is busy. Repeat the request in a moment.')
  const [row] = outcome.rows
  return row && read.parse(row)
}
