import type { Trace } from '../domain/trace.ts'

/**
 * One message to one endpoint. Every attempt has the same id and the same body, byte for byte; timestamp and signature differ.
 */
export interface WebhookMessage extends Trace {
  /** Sent as `webhook-id`, so that a receiver can detect a second copy. */
  id: string
  url: string
  /** Each `whsec_` followed by a signing key in base64. The message carries one signature of each, so a receiver needs to know one. */
  secrets: readonly string[]
  /** JSON text. */
  body: string
}

/**
 * `refused` is definite: nothing was sent, or the endpoint rejected this message. `failed` may succeed later; the message may or may
 * not have arrived. `why` never quotes the endpoint: its response is not stored.
 */
export type WebhookOutcome =
  | { status: 'accepted' }
  | { status: 'refused'; why: string }
  | { status: 'failed'; why: string }

/** Sends webhooks at least once, signed as Standard Webhooks specifies (https://www.standardwebhooks.com). */
export interface Webhooks {
  /** `nowMs` (since the Unix epoch) is the signed timestamp; receivers refuse a signature that is minutes old. */
  send(message: WebhookMessage, nowMs: number): Promise<WebhookOutcome>
}
