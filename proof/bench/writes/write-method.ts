import type { ApiResponse } from '../../../app/http/response.ts'

/** A request to open a ticket, already authenticated and validated. */
export interface OpenRequest {
  /** The client's idempotency key. */
  key: string
  tenant: string
  /** A registered user. */
  requester: string
  payload: { title: string; body: string }
}

/**
 * A way to let a request take effect once. Resolves with the first response, also for a duplicate that comes after it; rejects when nothing
 * was written, and for a key that was used for another payload.
 */
export type WriteMethod = (request: OpenRequest) => Promise<ApiResponse>

export const methodNames = ['steadfast', 'powertools', 'naive'] as const
export type MethodName = (typeof methodNames)[number]

/** Each method over the same tables. */
export type WriteMethods = Record<MethodName, WriteMethod>

export const operation = 'POST /tickets'
