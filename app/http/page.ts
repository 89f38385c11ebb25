import * as z from 'zod'

const pageSize = { max: 100, default: 25 }

/** The query parameters of every list. */
export const pageQuery = {
  cursor: z
    .string()
    .optional()
    .meta({ description: 'The `nextCursor` of the previous page. Send the same filters with it.' }),
  limit: z
    .preprocess(digitsToNumber, z.int().min(1).max(pageSize.max).default(pageSize.default))
    .meta({ description: 'The maximum number of items to return.' }),
}

/** JavaScript's `Number` would accept ` 5`, `0x10` and `1e1` too. */
function digitsToNumber(text: unknown): unknown {
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text
}

/** The schema of a page of `item`s. */
export function pageSchema<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .strictObject({ items: z.array(item), nextCursor: z.string().optional() })
    .meta({ id, description: 'One page of a list. The last page has no `nextCursor`.' })
}

/**
 * A page of the first `limit` rows. A row beyond `limit` means that there is a next page; `cursorAfter` encodes the cursor that
 * continues after a row.
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  { limit, item, cursorAfter }: { limit: number; item: (row: Row) => Item; cursorAfter: (row: Row) => string },
): { items: Item[]; nextCursor?: string } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const hasNextPage = rows.length > limit
  return { items: shown.map(item), ...(hasNextPage && last && { nextCursor: cursorAfter(last) }) }
}
