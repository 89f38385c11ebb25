import type { Store } from '../../tables/store.ts'

/**
 * A store that reads, and takes writes for done without storing them: for a dry run, whose position and ledger are of no use to anybody.
 */
export function withoutWrites(store: Store): Store {
  return {
    transactRead: store.transactRead.bind(store),
    batchRead: store.batchRead.bind(store),
    get: store.get.bind(store),
    query: store.query.bind(store),
    scan: store.scan.bind(store),
    write: async () => ({ status: 'done' }),
    transactWrite: async () => ({ status: 'committed' }),
  }
}
