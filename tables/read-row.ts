import type { RowRead } from './keys.ts'
import type { Store } from './store.ts'

/** One row, strongly consistent and parsed; undefined when there is none. Throws `ZodError` when the stored row does not fit its schema. */
export async function readRow<T>(store: Pick<Store, 'get'>, { table, key, parse }: RowRead<T>): Promise<T | undefined> {
  const row = await store.get({ table, key })
  return row && parse(row)
}
