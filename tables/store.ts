import type { Condition } from './condition.ts'
import type { tableShapes } from './key-shapes.ts'

/**
 * The one door to the database: DynamoDB's operations as this project uses them, with conditions as data. Two classes implement it,
 * {@link ./dynamo-store.ts} and {@link ./memory-store.ts}; the same tests hold for both. A transactional write is one request,
 * never retried in here: who calls knows what an unknown outcome means for it.
 */
export interface Store {
  /** One consistent snapshot of up to 100 rows (TransactGetItems). */
  transactRead(reads: readonly Read[]): Promise<ReadOutcome>
  /**
   * All or nothing, up to 100 rows (TransactWriteItems). `token` (at most 36 characters) makes a byte-identical resend within
   * 10 minutes take effect once.
   */
  transactWrite(writes: readonly Write[], token: string): Promise<WriteOutcome>
  /** One row, strongly consistent (GetItem). */
  get(read: Read): Promise<Row | undefined>
  /** One row's write outside a transaction (PutItem, UpdateItem, DeleteItem). Throws what is neither done nor a failed condition. */
  write(write: Write): Promise<{ status: 'done' } | { status: 'condition-failed'; row?: Row }>
  /** One page of a partition in key order (Query). */
  query(query: Query): Promise<Page>
  /** One page of a whole table, or of all rows that an index has, in no order (Scan). */
  scan(scan: ScanRequest): Promise<Page>
}

export type TableName = keyof typeof tableShapes

export type Row = Record<string, unknown>

export interface Key {
  pk: string
  sk?: string
}

export interface Read {
  table: TableName
  key: Key
}

export type Write =
  | { kind: 'put'; table: TableName; row: Row & Key; when?: Condition }
  | {
      kind: 'update'
      table: TableName
      key: Key
      set?: Row
      add?: Record<string, number>
      remove?: string[]
      when?: Condition
    }
  | { kind: 'delete'; table: TableName; key: Key; when?: Condition }
  | { kind: 'check'; table: TableName; key: Key; when: Condition }

/** `index` names the key attributes to use instead of pk and sk. `after` is the last row's key attributes of the page before. */
export interface Query {
  table: TableName
  index?: string
  partition: string
  sort?: { prefix: string } | { after: string } | { from: string; to: string }
  filter?: Condition
  descending?: boolean
  limit?: number
  after?: Row | undefined
}

export interface ScanRequest {
  table: TableName
  index?: string
  limit?: number
  after?: Row | undefined
}

export interface Page {
  rows: Row[]
  /** Where the next page starts; absent at the end. */
  next?: Row
}

export type ReadOutcome =
  | { status: 'read'; rows: (Row | undefined)[] }
  | { status: 'conflict' }
  | { status: 'throttled' }

/** `cancelled` and `throttled` are definite: nothing was written. `unknown` is not: the answer was lost, late or unreadable. */
export type WriteOutcome =
  | { status: 'committed' }
  | { status: 'cancelled'; reasons: CancellationReason[] }
  | { status: 'throttled' }
  | { status: 'unknown'; cause: unknown }

/** Why one row of a cancelled transaction was refused, in the order of its writes. `row` is what was stored instead. */
export type CancellationReason =
  | { code: 'none' }
  | { code: 'condition'; row?: Row }
  | { code: 'conflict' }
  | { code: 'throttled' }
