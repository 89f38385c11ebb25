import type { Row, Store } from '../../../tables/store.ts'
import { isCatalog } from '../../../tables/view-catalog.ts'

/** The same store, whose scans return only rows of these tenants, and the catalog of the read models that they share. */
export function storeOfTenants(store: Store, tenants: readonly string[]): Store {
  const prefixes = tenants.map((tenant) => `TENANT#${tenant}#`)
  return {
    transactRead: (reads) => store.transactRead(reads),
    batchRead: (reads) => store.batchRead(reads),
    transactWrite: (writes, token) => store.transactWrite(writes, token),
    get: (read) => store.get(read),
    write: (write) => store.write(write),
    query: (query) => store.query(query),
    async scan(request) {
      const page = await store.scan(request)
      const isOurs = (row: Row) => isCatalog(row) || prefixes.some((prefix) => String(row.pk).startsWith(prefix))
      return { ...page, rows: page.rows.filter(isOurs) }
    },
  }
}
