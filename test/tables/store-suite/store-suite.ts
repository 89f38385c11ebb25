import type { Store } from '../../../tables/store.ts'
import { conditionsOnRows } from './conditions.ts'
import { queriesAndScans } from './queries.ts'
import { writesAndTransactions } from './writes.ts'

/**
 * The promises of every {@link Store}. The suite runs against the in-memory store and against a DynamoDB engine, so that what tests prove
 * with the former is true of the latter.
 */
export function storeSuite(open: () => Store): void {
  writesAndTransactions(open)
  conditionsOnRows(open)
  queriesAndScans(open)
}
