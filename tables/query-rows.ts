import type { Query, Row, Store } from './store.ts'

/**
 * The rows of a query, over as many pages as it takes: all of them, or at least `wanted` if there are so many. A page can be short or
 * empty although more follow, because DynamoDB ends it after 1 MB, and filters after reading.
 */
export async function queryRows(store: Store, query: Query, wanted = Number.POSITIVE_INFINITY): Promise<Row[]> {
  const rows: Row[] = []
  let { after } = query
  do {
    const page = await store.query({ ...query, after })
    rows.push(...page.rows)
    after = page.next
  } while (after && rows.length < wanted)
  return rows
}
