import type { FunctionUse } from './function-use.ts'

/** Bytes by attribute name, names included. */
export type Sizes = Record<string, number>

/** One row that a call to DynamoDB reads or writes, as measured. */
export interface RowUse {
  table: string
  /** The kind of row: the first part of its sort key, or empty where the table has one kind. */
  kind: string
  /** Bytes before and after the call; absent where there was no such row. */
  bytesBefore?: number
  bytesAfter?: number
  /** The old row, in a table with indexes: bytes by attribute, and which attributes the call changed. */
  before?: Sizes
  after?: Sizes
  changed?: string[]
}

/** Equal calls to DynamoDB that one function makes. */
export interface DatabaseCall {
  function: string
  operation: string
  /** Strongly consistent; of a transaction, always. */
  isConsistent: boolean
  /** How often per use case. */
  times: number
  rows: RowUse[]
  /** The read units of a query or scan, which reads no named rows. */
  readUnits?: number
}

/** What one run of a use case consumes: the model's measured input. */
export interface Usage {
  /** Requests to the API. */
  requests: number
  /** Invocations of each function. */
  invocations: Record<string, number>
  /** Batches that a function takes from its queue, by function; each costs one receive and one delete. */
  batches: Record<string, number>
  /** Calls to other services than DynamoDB, by function and operation, such as `relay-outbox sqs SendMessageBatch`. */
  calls: Record<string, number>
  transitions: number
  /** Bytes that Step Functions logs. */
  historyBytes: number
  database: DatabaseCall[]
}

/** What the project does and AWS bills for; the sagas' shares are not in the requests that start them. */
export const useCases = [
  'open a ticket',
  'comment',
  'duplicate',
  'notification saga',
  'attachment saga',
  'webhook',
] as const
export type UseCase = (typeof useCases)[number]

/** The content of `measured.json`. */
export interface Measured {
  useCases: Record<UseCase, Usage>
  /** One invocation of each function that runs on a schedule, when there is nothing to do. */
  idle: Record<string, Usage>
  /** Bytes that one invocation of a function logs. */
  logBytes: Record<string, number>
  /** Memory and CPU time of every function, whichever stage deploys it. */
  functionUse: Record<string, FunctionUse>
}
