import { MemoryStore } from '../../tables/memory-store.ts'
import type { Row } from '../../tables/store.ts'
import type { RowKind } from './row-kind.ts'

/** The row that the example's writes leave. Throws `Error` when one fails its condition, or writes another table. */
export async function exampleRow({ name, table, example }: RowKind): Promise<Row> {
  const store = new MemoryStore()
  for (const write of example()) {
    const { status } = await store.write(write)
    if (status !== 'done') throw new Error(`the example of ${name} writes what its condition refuses`)
  }
  const [row, ...others] = (await store.scan({ table })).rows
  if (!row || others.length > 0) throw new Error(`the example of ${name} must leave one row in ${table}`)
  return row
}
