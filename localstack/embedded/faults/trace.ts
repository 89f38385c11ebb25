import type { ServerResponse } from 'node:http'
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
}

export interface Trace {
  isWatched(): boolean
  record(entry: TraceEntry, content: unknown): void
  /** Streams entries as newline-delimited JSON until the client disconnects. `?contains=TEXT` keeps only those with the text in their input. */
  serve: LocalHandler
  stop(): void
}

/** A client that does not read is disconnected, so that it cannot slow the stack down. */
const unreadBytesMax = 4 * 1024 * 1024

export function createTrace(): Trace {
  const watchers = new Map<ServerResponse, string>()
  return {
    isWatched: () => watchers.size > 0,
    record(entry, content) {
      for (const [response, text] of watchers) {
        if (text !== '' && !someText(content, (found) => found.includes(text))) continue
        if (response.writableLength > unreadBytesMax) response.destroy()
        else response.write(`${JSON.stringify(entry)}\n`)
      }
    },
    serve(_request, response, url) {
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
      response.flushHeaders()
      watchers.set(response, url.searchParams.get('contains') ?? '')
      response.once('close', () => watchers.delete(response))
    },
    stop() {
      for (const response of watchers.keys()) response.end()
      watchers.clear()
    },
  }
}
