import * as z from 'zod'

const size = { itemsMax: 100, itemsUsual: 25 }

/** What every list takes. */
export const pageQuery = {
  cursor: z.string().optional().meta({ description: 'The `nextCursor` of the page before, with the same filters.' }),
  limit: z
    .preprocess(digitsAsNumber, z.int().min(1).max(size.itemsMax).default(size.itemsUsual))
    .meta({ description: 'How many items at most.' }),
}

/** JavaScript would read ` 5`, `0x10` and `1e1` as numbers too. */
function digitsAsNumber(text: unknown): unknown {
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text
}

/** What every list answers. `nextCursor` is absent at the end. */
export function pageOf<Item extends z.ZodType>(item: Item, id: string) {
  return z
    .strictObject({ items: z.array(item), nextCursor: z.string().optional() })
    .meta({ id, description: 'One page of a list; without `nextCursor` it is the last.' })
}

/** A page of at most `limit` of the rows, which are one more where the list goes on; `cursorAfter` makes the cursor that follows a row. */
export function pageFrom<Row, Item>(
  rows: readonly Row[],
  { limit, item, cursorAfter }: { limit: number; item: (row: Row) => Item; cursorAfter: (row: Row) => string },
): { items: Item[]; nextCursor?: string } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const goesOn = rows.length > limit
  return { items: shown.map(item), ...(goesOn && last && { nextCursor: cursorAfter(last) }) }
}
