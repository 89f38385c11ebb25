import type { Query, Row, Store } from '../../tables/store.ts'

/**
 * Queries per request. When matches are rare, the page ends early and its cursor continues from there, so a long list costs the
 * caller more pages but never makes one response slow.
 */
const queriesMax = 10

/** Rows read by one query of which a filter leaves out some. */
export const filteredRowsMax = 100

/** How the items of a list are read from the rows of `query`. */
export interface ListSource<Item, Position> {
  query: Query
  /** The page begins after this key. */
  after: Row | undefined
  /** The items of these rows, in their order. It may leave out some. */
  itemsOf(rows: Row[]): Promise<Item[]>
  /** Rows read by one query. By default as few as fill the page, or {@link filteredRowsMax} when the query has a filter. */
  rowsMax?: number
  positionOf(item: Item): Position
  /** The position of a row by its key, as the `next` of a page gives it. */
  positionAt(key: Row): Position
}

/** Returns up to `limit` items in order, and the position after which the next page starts; no `next` at the end of the list. */
export async function readFilteredPage<Item, Position>(
  store: Store,
  { query, after, itemsOf, rowsMax, positionOf, positionAt }: ListSource<Item, Position>,
  limit: number,
): Promise<{ items: Item[]; next?: Position }> {
  const items: Item[] = []
  let start = after
  for (let queries = 0; queries < queriesMax; queries++) {
    // One item more than the page shows that there is a next page.
    const enough = query.filter ? filteredRowsMax : limit + 1 - items.length
    const page = await store.query({ ...query, limit: rowsMax ?? enough, after: start })
    items.push(...(await itemsOf(page.rows)))
    start = page.next
    if (!start || items.length > limit) break
  }
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  if (items.length > limit && last) return { items: shown, next: positionOf(last) }
  return { items: shown, ...(start && { next: positionAt(start) }) }
}
