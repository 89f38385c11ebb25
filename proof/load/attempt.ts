import type { PlannedRequest } from './plan.ts'

/** One send of one copy of a request, with its outcome. Invariants 8 and 10 to 12 are checked against it. */
export interface RequestAttempt {
  key: string
  /** Present only where several tenants may use the same key. */
  tenant?: string
  copy: number
  /** Identifies the request's content; absent where a key is only ever used for one request. */
  request?: string
  /** `answered` has a status. `lost` is a broken connection: the request may or may not have taken effect. */
  outcome: 'answered' | 'lost'
  status?: number
  /** Everything that a duplicate's answer must repeat: status, Location, ETag, Content-Type and the bytes of the body. */
  answer?: string
  replayed?: boolean
  retryable?: boolean
  /** Epoch milliseconds. */
  startedAtMs: number
  /** When the answer was read, or the connection broke; absent in logs of earlier releases. */
  endedAtMs?: number
  latencyMs: number
}

/** A planned request with every attempt of every copy. */
export interface RequestResult {
  request: PlannedRequest
  attempts: RequestAttempt[]
  /** The body of the first success; undefined when no attempt succeeded. */
  body?: Record<string, unknown> | undefined
}

export function isSuccess({ status }: RequestAttempt): boolean {
  return status !== undefined && status >= 200 && status < 300
}

/**
 * Whether a response is final, or the same bytes under the same key may still succeed: what the problem says, and where it says nothing,
 * what its status does. A gateway's 5xx leaves the outcome unknown; text that is not JSON came from a proxy in between.
 */
export function isRetryable(status: number, body: string): boolean {
  if (status < 400) return false
  try {
    const stated: unknown = JSON.parse(body)?.retryable
    return typeof stated === 'boolean' ? stated : status >= 500 || status === 429
  } catch {
    return true
  }
}
