import { randomUUID } from 'node:crypto'
import type { Condition } from '../../../tables/condition.ts'
import type { Key, Row, Store, Write, WriteOutcome } from '../../../tables/store.ts'

/** A partition key that no other test uses. */
export const pk = () => `TENANT#suite#${randomUUID()}`

export function put(row: Row & Key, when?: Condition): Write {
  return { kind: 'put', table: 'Tickets', row, ...(when && { when }) }
}

/** The operations of the suite on one store. `open` returns the store, which may not exist yet when the tests are declared. */
export function onStore(open: () => Store) {
  return {
    readRow: (key: Key): Promise<Row | undefined> => open().get({ table: 'Tickets', key }),
    commit: (...writes: Write[]): Promise<WriteOutcome> => open().transactWrite(writes, randomUUID()),
  }
}
