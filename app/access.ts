import type { tableShapes } from '../tables/key-shapes.ts'

/** What a function may do with each table: the source of its role and of the table names in its environment. */
export type Access = { readonly [T in TableName]?: readonly Action<T>[] }

export type TableName = keyof typeof tableShapes

/** A DynamoDB action on the table itself, or a query or scan of one index. Tables are scanned by the sweeper only, of indexes the sparse ones. */
export type Action<T extends TableName> =
  | 'GetItem'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'ConditionCheckItem'
  | 'Query'
  | 'Scan'
  | `${'Query' | 'Scan'} ${(typeof tableShapes)[T]['indexes'][number]['name']}`

/** The one write path (tables/commit.ts): one read transaction and one write transaction. Events may be added, nothing else. */
export const commit = {
  RequestKeys: ['GetItem', 'PutItem'],
  Tickets: ['GetItem', 'PutItem', 'ConditionCheckItem'],
  Events: ['PutItem'],
  Outbox: ['PutItem'],
} as const satisfies Access
