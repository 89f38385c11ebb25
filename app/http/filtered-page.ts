import type { Query, Row, Store } from '../../tables/store.ts'

/**
 * Queries per request. When matches are rare, the page ends early and its cursor continues from there, so a long list costs the
 * caller more pages but never makes one response slow.
 */
const queriesMax = 10

/** Rows read by a query with a filter expression, which DynamoDB applies after reading. */
const filteredRowsMax = 100

/** How the items of a list are read from the rows of `query`. */
export interface ListSource<Item, Position> {
  query: Query
  /** The page begins after this key. */
  after: Row | undefined
  parse(row: Row): Item
  /** Keeps only these items, beyond the filter of the query. */
  keep?: (items: Item[]) => Promise<Item[]>
  positionOf(item: Item): Position
  /** The position of a row by its key, as the `next` of a page gives it. */
  positionAt(key: Row): Position
}

/** Returns up to `limit` items in order, and the position after which the next page starts; no `next` at the end of the list. */
export async function readFilteredPage<Item, Position>(
  store: Store,
  { query, after, parse, keep = async (items) => items, positionOf, positionAt }: ListSource<Item, Position>,
  limit: number,
): Promise<{ items: Item[]; next?: Position }> {
  const items: Item[] = []
  let start = after
  for (let queries = 0; queries < queriesMax; queries++) {
    // One item more than the page shows that there is a next page.
    const rowsMax = query.filter ? filteredRowsMax : limit + 1 - items.length
    const page = await store.query({ ...query, limit: rowsMax, after: start })
    items.push(...(await keep(page.rows.map(parse))))
    start = page.next
    if (!start || items.length > limit) break
  }
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  if (items.length > limit && last) return { items: shown, next: positionOf(last) }
  return { items: shown, ...(start && { next: positionAt(start) }) }
}
