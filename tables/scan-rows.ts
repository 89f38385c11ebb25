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
