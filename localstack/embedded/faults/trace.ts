import type { ServerResponse } from 'node:http'
import type { Consumption, Meter } from '../dynamodb/meter.ts'
import type { LocalHandler } from '../edge/local-routes.ts'
import { someText } from './texts.ts'

/** One AWS call, outgoing connection or invocation, reported when it has ended. */
export interface TraceEntry {
  kind: 'call' | 'invocation'
  /** When it began: milliseconds since the Unix epoch, with fractions. */
  atMs: number
  /** The calling function; undefined for a caller outside the stack, and for invocations. */
  from?: string | undefined
  /** The called service or host, or the invoked function. */
  to: string
  /** The operation; for an invocation, the queue or table that its records come from. */
  what: string
  /** Names of the tables, queues and other resources in the call. */
  resources?: string[]
  /** Number of records in the invocation's batch. */
  records?: number
  /** `ok`, the name of an error, or `no answer`. */
  outcome: string
  /** The injected fault, in words. */
  fault?: string
  /** What a call to DynamoDB consumed; only for watchers who ask for it. */
  consumed?: Consumption
}

export interface Trace {
  isWatched(): boolean
  record(entry: TraceEntry, content: unknown): void
  /**
   * Streams entries as newline-delimited JSON until the client disconnects. `?contains=TEXT` keeps only those with the text in their input;
   * `?metered` adds what each call to DynamoDB consumed, which costs two more reads per call.
   */
  serve: LocalHandler
  stop(): void
}

/** A client that does not read is disconnected, so that it cannot slow the stack down. */
const unreadBytesMax = 4 * 1024 * 1024

export function createTrace(meter: Meter): Trace {
  const watchers = new Map<ServerResponse, { text: string; metered: boolean }>()
  return {
    isWatched: () => watchers.size > 0,
    record(entry, content) {
      for (const [response, { text, metered }] of watchers) {
        if (text !== '' && !someText(content, (found) => found.includes(text))) continue
        const consumed = metered ? meter.of(content as Record<string, unknown>) : undefined
        if (response.writableLength > unreadBytesMax) response.destroy()
        else response.write(`${JSON.stringify(consumed ? { ...entry, consumed } : entry)}\n`)
      }
    },
    serve(_request, response, url) {
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
      response.flushHeaders()
      const metered = url.searchParams.has('metered')
      watchers.set(response, { text: url.searchParams.get('contains') ?? '', metered })
      const unwatch = metered ? meter.watch() : () => {}
      response.once('close', () => {
        watchers.delete(response)
        unwatch()
      })
    },
    stop() {
      for (const response of watchers.keys()) response.end()
      watchers.clear()
    },
  }
}
