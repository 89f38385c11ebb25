import type { Row, Store, TableName } from '../tables/store.ts'

/** Reads every row of a table, page by page. */
export async function scanAll(store: Store, table: TableName): Promise<Row[]> {
  const rows: Row[] = []
  let after: Row | undefined
  do {
    const page = await store.scan({ table, after })
    rows.push(...page.rows)
    after = page.next
  } while (after)
  return rows
}
