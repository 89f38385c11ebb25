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
 * An answer of Lambda has 6 MB at most, and in it a body is text once more:
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const pageBytesMax = 4 * 1024 * 1024

/**
 * A page of the first `limit` rows, or of fewer where those are too large for one answer. A row beyond them means that there is a next
 * page; `cursorAfter` encodes the cursor that continues after a row. `cursorAtEnd` is given where more may follow all of the rows.
 */
export function toPage<Row, Item>(
  rows: readonly Row[],
  {
    limit,
    item,
    cursorAfter,
    cursorAtEnd,
  }: {
    limit: number
    item: (row: Row) => Item
    cursorAfter: (row: Row) => string
    cursorAtEnd?: string | undefined
  },
): { items: Item[]; nextCursor?: string } {
  const items: Item[] = []
  let bytes = 0
  for (const row of rows.slice(0, limit)) {
    const next = item(row)
    bytes += Buffer.byteLength(JSON.stringify(JSON.stringify(next)))
    if (items.length > 0 && bytes > pageBytesMax) break
    items.push(next)
  }
  const last = rows[items.length - 1]
  const nextCursor = rows.length > items.length && last ? cursorAfter(last) : cursorAtEnd
  return { items, ...(nextCursor !== undefined && { nextCursor }) }
}
