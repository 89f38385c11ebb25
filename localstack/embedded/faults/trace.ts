import type { ServerResponse } from 'node:http'
import type { LocalHandler } from '../edge/local-routes.ts'
import { someText } from './texts.ts'

/** One thing that happened at an edge, told when it is over. */
export interface Traced {
  kind: 'call' | 'invocation'
  /** When it began: epoch milliseconds with fractions. */
  atMs: number
  /** The function that calls; undefined for who is outside, and for invocations. */
  from?: string | undefined
  /** The service that is called, or the function that is invoked. */
  to: string
  /** The operation, or where an invocation's records come from. */
  what: string
  /** Tables, queues and so on that a call names. */
  resources?: string[]
  /** How many records an invocation brings. */
  records?: number
  /** `ok`, an error's name, or `no answer`. */
  outcome: string
  /** What a fault did to it. */
  fault?: string
}

export interface Trace {
  isWatched(): boolean
  tell(traced: Traced, content: unknown): void
  /** `?contains=TEXT`: one JSON object a line, as it happens, for what has the text anywhere in its input, until the caller leaves. */
  serve: LocalHandler
  stop(): void
}

/** A watcher that does not read is left behind rather than waited for. */
const unreadBytesMax = 4 * 1024 * 1024

export function createTrace(): Trace {
  const watchers = new Map<ServerResponse, string>()
  return {
    isWatched: () => watchers.size > 0,
    tell(traced, content) {
      for (const [response, text] of watchers) {
        if (text !== '' && !someText(content, (each) => each.includes(text))) continue
        if (response.writableLength > unreadBytesMax) response.destroy()
        else response.write(`${JSON.stringify(traced)}\n`)
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
