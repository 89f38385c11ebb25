import type { tableShapes } from '../../tables/key-shapes.ts'

/** What a function may do with each table. Its IAM role and the table names in its environment are derived from this. */
export type Access = { readonly [T in TableName]?: readonly Action<T>[] }

export type TableName = keyof typeof tableShapes

/**
 * A DynamoDB action on the table, or a query or scan of one of its indexes. Only the outbox's sweeper and reconcile-data scan a table for
 * all its rows; the other reconcilers scan sparse indexes and small tables, and the read models' consumer scans for one row.
 */
export type Action<T extends TableName> =
  | 'GetItem'
  | 'BatchGetItem'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem'
  | 'Query'
  | 'Scan'
  | `${'Query' | 'Scan'} ${(typeof tableShapes)[T]['indexes'][number]['name']}`

/** Rows that a command reads, as every write begins (ADR 53), and then changes in its transaction. */
export const readAndChanged = ['GetItem', 'BatchGetItem', 'UpdateItem'] as const

/** Every task of a saga: its fences, and the saga's row (sagas/saga-run.ts). */
export const sagaTaskAccess = {
  StepKeys: ['GetItem', 'PutItem', 'UpdateItem'],
  Sagas: ['GetItem', 'UpdateItem'],
} as const satisfies Access

/**
 * The one write path (tables/commit.ts): plain reads in one batch, a transactional read where these do not decide, one transactional write.
 * Events can be added only.
 */
export const commitAccess = {
  RequestKeys: ['GetItem', 'BatchGetItem', 'PutItem'],
  Tickets: ['GetItem', 'BatchGetItem', 'PutItem', 'ConditionCheckItem'],
  Events: ['PutItem'],
  Outbox: ['PutItem'],
} as const satisfies Access
