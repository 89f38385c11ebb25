import type { Principal } from '../ports.ts'
import { missingParameter, queueDoesNotExist } from './errors.ts'
import type { ReceiptHandles } from './receipt-handles.ts'
import type { Database } from './storage/database.ts'
import type { MessageTable } from './storage/messages.ts'
import type { Queue, QueueTable } from './storage/queues.ts'

/** What is not decided by the stored state alone. */
export interface SqsRuntime {
  /** Epoch milliseconds. */
  now(): number
  uuid(): string
  /** A random number below 2^48. */
  nonce(): number
}

/** What the operations work with. */
export interface SqsContext {
  runtime: SqsRuntime
  db: Database
  queues: QueueTable
  messages: MessageTable
  handles: ReceiptHandles
  /** The edge's own address: stored queue addresses would carry the port of an earlier start. */
  origin(): string
  /** Has those who wait for messages of the queue look again, once it is stored. */
  changed(queue: Queue): void
}

export type Input = Record<string, unknown>
export type Output = Record<string, unknown>

/** One operation of the API. What it writes is in the turn's transaction; its output is for after the commit. */
export type Operation = (input: Input, principal: Principal) => Output | Promise<Output>
export type Operations = Record<string, Operation>

/** The queue name in a URL, read as authorization reads it. */
function queueNameOf(url: string): string {
  return url.replace(/^.*\//s, '')
}

/** The queue of a `QueueUrl`, whatever host it names. */
export function queueOf({ queues }: SqsContext, { QueueUrl }: Input): Queue {
  if (typeof QueueUrl !== 'string' || QueueUrl === '') throw missingParameter('QueueUrl')
  const queue = queues.find(queueNameOf(QueueUrl))
  if (!queue) throw queueDoesNotExist()
  return queue
}

/** Removes what the queue has kept for as long as it says. */
export function dropExpired({ db, messages }: SqsContext, queue: Queue, nowMs: number): void {
  const old = messages.expired(queue, nowMs)
  if (old.length > 0) db.write(() => messages.remove(queue, old))
}
