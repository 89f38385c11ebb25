import type { Forms, Understood } from '../../domain/migration.ts'
import type { Row, ScanRequest, Store, TableName, Write } from '../../tables/store.ts'

/** How the code sees rows that are stored in either form. Both directions are pure. */
export interface Lens {
  /** Whether a row has the two forms at all: called for every row that is read or written. */
  concerns(table: TableName, row: Row): boolean
  /** The row as the code knows it. Where it has both forms and they disagree, the one that is read holds. */
  read(row: Row, reads: Forms['reads']): Row
  /** The row as it is to be stored. It must have one whole form in every case. */
  write(row: Row, writes: Forms['writes']): Row
}

/**
 * A migration of stored rows: all that the framework has to know of it. A write that `fill`, `restore` and `drop` return changes one row
 * under the condition that the row is still the one that was read; undefined if there is nothing to do. Each is idempotent.
 */
export interface Migration {
  name: string
  /** What changes, for people. */
  description: string
  /** The stages between which this version of the code may run. */
  understands: Understood
  lens: Lens
  /** Where its rows are, and which they are. */
  source: Omit<ScanRequest, 'after' | 'limit'> & { isWanted(row: Row): boolean }
  /** How the row is named in a reason, such as its key. */
  nameOf(row: Row): string
  has(row: Row, form: 'old' | 'new'): boolean
  /** When the row was made, ISO 8601: one that is newer than the stage `deploy` and lacks the new form was written by older code. */
  createdAt(row: Row): string
  /** Gives the row the new form, from what it follows from. */
  fill(store: Store, row: Row): Promise<Write | undefined>
  /** What is wrong with the new form of the row: the predicate of a sentence; undefined if nothing is. */
  problem(store: Store, row: Row): Promise<string | undefined>
  /** Gives the row the old form again. */
  restore(row: Row): Write | undefined
  /** Takes the old form away. */
  drop(row: Row): Write | undefined
}
