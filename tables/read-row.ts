import type { RowRead } from './keys.ts'
import type { Store } from './store.ts'

/**
 * Reads one row, strongly consistent, and parses it. Undefined when it does not exist; throws `ZodError` when it does not match its schema.
 */
export async function readRow<T>(store: Pick<Store, 'get'>, { table, key, parse }: RowRead<T>): Promise<T | undefined> {
  const row = await store.get({ table, key })
  return row && parse(row)
}
