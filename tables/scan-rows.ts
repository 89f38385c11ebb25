import type { Row, Store, TableName } from './store.ts'

/** The rows of a whole table, page by page. */
export async function* scanPages(store: Pick<Store, 'scan'>, table: TableName): AsyncGenerator<Row[]> {
  let after: Row | undefined
  do {
    const page = await store.scan({ table, after })
    yield page.rows
    after = page.next
  } while (after)
}

/** All rows of a table at once: for one that is small, or for work that needs the whole. */
export async function scanAll(store: Pick<Store, 'scan'>, table: TableName): Promise<Row[]> {
  const all: Row[] = []
  for await (const rows of scanPages(store, table)) all.push(...rows)
  return all
}
