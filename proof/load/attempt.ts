import type { PlannedRequest } from './plan.ts'

/** What one sending of one copy came to, kept as evidence: invariants 8 and 10 to 12 are judged by it. */
export interface RequestAttempt {
  key: string
  /** Needed only where tenants may use the same key. */
  tenant?: string
  copy: number
  /** Tells what was asked from anything else; absent where a key is only ever used for one request. */
  request?: string
  /** `answered` has a status; `lost` is a connection that broke: the request may have taken effect or not. */
  outcome: 'answered' | 'lost'
  status?: number
  /** Everything a duplicate must repeat: status, Location, ETag, Content-Type and the body's bytes. */
  answer?: string
  replayed?: boolean
  retryable?: boolean
  startedAtMs: number
  latencyMs: number
}

/** A planned request with all that was tried for it. */
export interface Played {
  request: PlannedRequest
  attempts: RequestAttempt[]
  /** The body of the first success, if any. */
  result?: Record<string, unknown> | undefined
}

export function isSuccess({ status }: RequestAttempt): boolean {
  return status !== undefined && status >= 200 && status < 300
}
