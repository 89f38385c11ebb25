import type { MessageEvent } from '../events/stack-event.ts'
import type { InvokeFunction, JsonService, Log, Principal, Wakeups } from '../ports.ts'
import type { Checkpoints } from './checkpoints.ts'

/** A running event source mapping: reads its source and calls its function from its making to `stop`. */
export interface EventSource {
  /**
   * Takes nothing new, gives what is in flight some seconds to end and abandons the rest, which comes again at the next start.
   * Never rejects.
   */
  stop(): Promise<void>
}

/** What both kinds of mapping say. Names and defaults are those of `AWS::Lambda::EventSourceMapping`. */
export interface Mapping {
  /** The same at every start: what was consumed is remembered under it. */
  id: string
  functionRef: string
  /** Records per invocation. */
  batchSize?: number
  maximumBatchingWindowSeconds?: number
  /** JSON texts of filter patterns; a record that matches none is dropped. No patterns let everything pass. */
  filterPatterns?: readonly string[]
  /** The function answers which records failed (`ReportBatchItemFailures`). */
  reportBatchItemFailures?: boolean
}

/** What every event source works with. */
export interface EventSourceTools {
  /** SQS; for a stream only to send what is given up. */
  queues: JsonService
  invoke: InvokeFunction
  wakeups: Wakeups
  checkpoints: Checkpoints
  log: Log
  /** Called for each message that a function was given. */
  onMessage?: ((message: Omit<MessageEvent, 'kind'>) => void) | undefined
  now?: () => Date
  /** Whose calls to the services these are; the developer's by default. */
  principal?: Principal
  /** Wait before the next try, by the number of failures so far. */
  retryDelayMs?: (failures: number) => number
}

/** How long `stop` waits for invocations in flight. */
export const stopGraceMs = 5_000

/** Doubles from 100 ms; a function that fails for long is tried every 5 s. AWS goes up to a minute, too long to watch. */
export function defaultRetryDelayMs(failures: number): number {
  return Math.min(5_000, 100 * 2 ** (failures - 1))
}

/** Lambda's limit for one event, less some room for the frame around the records. In bytes of JSON. */
export const eventBytesMax = 6 * 1024 * 1024 - 64 * 1024

/** What a record adds to its event, with the comma after it. */
export const bytesOf = (record: unknown) => Buffer.byteLength(JSON.stringify(record)) + 1
