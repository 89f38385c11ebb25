import type { Condition } from './condition.ts'
import type { tableShapes } from './key-shapes.ts'

/**
 * The port to the database: the DynamoDB operations that this project uses, with conditions as data. Two classes implement it,
 * {@link ./dynamo-store.ts} and {@link ./memory-store.ts}, and the same test suite runs against both. A transactional write is sent
 * once and never retried here, because only the caller knows what an unknown outcome means.
 */
export interface Store {
  /** Reads up to 100 rows as of one moment (TransactGetItems), in the order of `reads`. */
  transactRead(reads: readonly Read[]): Promise<ReadOutcome>
  /**
   * Writes up to 100 rows, all or nothing (TransactWriteItems). A byte-identical resend with the same `token` (at most 36 characters)
   * within 10 minutes takes effect once; other writes with that token throw.
   */
  transactWrite(writes: readonly Write[], token: string): Promise<WriteOutcome>
  /**
   * Reads up to 100 rows, each strongly consistent, but not as of one moment (BatchGetItem): of a transaction that is being applied, some
   * rows may be as before it and others as after it. It meets no conflict, and costs half as much as `transactRead`.
   */
  batchRead(reads: readonly Read[]): Promise<BatchReadOutcome>
  /** Reads one row, strongly consistent (GetItem). */
  get(read: Read): Promise<Row | undefined>
  /**
   * Writes one row without a transaction (PutItem, UpdateItem, DeleteItem). `row` is the stored row that failed the condition. Throws on
   * any other outcome, an unknown one included.
   */
  write(write: Write): Promise<{ status: 'done' } | { status: 'condition-failed'; row?: Row }>
  /** Reads one page of a partition in key order (Query), strongly consistent unless an index is used. */
  query(query: Query): Promise<Page>
  /** Reads one page of a whole table or index, in no particular order (Scan). */
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

/** One write under an optional condition on the stored row. `add` treats a missing attribute as 0; `check` only asserts the condition. */
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

export interface Query {
  table: TableName
  /** The index whose keys are used instead of pk and sk. */
  index?: string
  partition: string
  /** Restricts the sort key. `from` and `to` are inclusive, `after` is not. */
  sort?: { prefix: string } | { after: string } | { from: string; to: string }
  /** Applied after `limit`: a page may be short or empty although more pages follow. */
  filter?: Condition
  descending?: boolean
  limit?: number
  /** The `next` of the page before (ExclusiveStartKey). */
  after?: Row | undefined
}

export interface ScanRequest {
  table: TableName
  index?: string
  limit?: number
  /** The `next` of the page before (ExclusiveStartKey). */
  after?: Row | undefined
}

export interface Page {
  rows: Row[]
  /** The key attributes of the last row read (LastEvaluatedKey). Absent on the last page. */
  next?: Row
}

export type ReadOutcome =
  | { status: 'read'; rows: (Row | undefined)[] }
  | { status: 'conflict' }
  | { status: 'throttled' }

/**
 * Rows in the order of the reads. `unprocessed` holds the positions that were left out because of a limit: nothing is known of these rows.
 */
export interface BatchReadOutcome {
  rows: (Row | undefined)[]
  unprocessed: readonly number[]
}

/**
 * `cancelled` and `throttled` are definite: nothing was written. After `unknown` (the answer was lost, late or
 * unreadable) either is possible.
 */
export type WriteOutcome =
  | { status: 'committed' }
  | { status: 'cancelled'; reasons: CancellationReason[] }
  | { status: 'throttled' }
  | { status: 'unknown'; cause: unknown }

/** Why a write of a cancelled transaction failed, one per write and in their order. `row` is the stored row that failed the condition. */
export type CancellationReason =
  | { code: 'none' }
  | { code: 'condition'; row?: Row }
  | { code: 'conflict' }
  | { code: 'throttled' }
