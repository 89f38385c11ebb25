import type { Runtime } from '../domain/runtime.ts'
import type { Query, Row, Store } from './store.ts'

/**
 * The rows of a query, over as many pages as it takes: all of them, or at least `wanted` if there are so many. A page can be short or
 * empty although more follow, because DynamoDB ends it after 1 MB, and filters after reading. Throws at the deadline (epoch milliseconds)
 * of `time`, before it reads another page.
 */
export async function queryRows(
  store: Store,
  query: Query,
  wanted = Number.POSITIVE_INFINITY,
  time?: { runtime: Pick<Runtime, 'now'>; deadlineMs: number },
): Promise<Row[]> {
  const rows: Row[] = []
  let { after } = query
  do {
    if (time && time.runtime.now() >= time.deadlineMs) throw new Error(`deadline reached while ${query.table} was read`)
    const page = await store.query({ ...query, after })
    rows.push(...page.rows)
    after = page.next
  } while (after && rows.length < wanted)
  return rows
}
