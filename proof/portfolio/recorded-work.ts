import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One row of a write: its kind by `proof/schema/kinds`, and its condition in words. */
export interface RecordedRow {
  kind: string
  does: 'put' | 'update' | 'delete' | 'check'
  when?: string
  /** The type of an event; step and state of a fence. */
  of?: string
}

/** Rows that are written all or nothing, or one row by itself. */
export interface RecordedWrite {
  isTransaction: boolean
  rows: RecordedRow[]
}

/**
 * How fresh a read is: `snapshot` all rows as of one moment of the call, `strong` each row as of one, `eventual` from an
 * index, which follows its table.
 */
export type ReadMode = 'snapshot' | 'strong' | 'eventual'

export interface RecordedRead {
  mode: ReadMode
  /** Kinds of rows that were read by key; of a query or scan `Table` or `Table.index`. */
  of: string
}

/** What one endpoint, or one function in the background, reads and writes; each distinct call once. */
export interface RecordedWork {
  /** The name of the function, as in `app/functions.ts`, {@link everyEndpoint} or {@link migrateCommand}. */
  by: string
  reads: RecordedRead[]
  writes: RecordedWrite[]
}

/** Stands for what all endpoints do alike. */
export const everyEndpoint = 'every endpoint'

/** The only command line that writes a kind of row of its own; the others write as functions do. */
export const migrateCommand = 'npm run migrate'
export const holdCommand = 'npm run hold'

/** What `test/portfolio/recorded-work.unit.ts` recorded; it compares, and `npx vitest run test/portfolio -u` writes it anew. */
export const recordedWorkPath = join(import.meta.dirname, 'recorded-work.json')

/** Throws `Error` when the file is missing. */
export function readRecordedWork(): RecordedWork[] {
  return JSON.parse(readFileSync(recordedWorkPath, 'utf8'))
}

/** Every row of every write. */
export function rowsWritten({ writes }: RecordedWork): RecordedRow[] {
  return writes.flatMap(({ rows }) => rows)
}
