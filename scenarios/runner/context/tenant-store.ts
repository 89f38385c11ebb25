import type { Store } from '../../../tables/store.ts'

/** The same store, whose scans return only rows of these tenants. */
export function storeOfTenants(store: Store, tenants: readonly string[]): Store {
  const prefixes = tenants.map((tenant) => `TENANT#${tenant}#`)
  return {
    transactRead: (reads) => store.transactRead(reads),
    transactWrite: (writes, token) => store.transactWrite(writes, token),
    get: (read) => store.get(read),
    write: (write) => store.write(write),
    query: (query) => store.query(query),
    async scan(request) {
      const page = await store.scan(request)
      return { ...page, rows: page.rows.filter(({ pk }) => prefixes.some((prefix) => String(pk).startsWith(prefix))) }
    },
  }
}
