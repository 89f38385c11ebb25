/**
 * One message to one endpoint. `id` is the same in every attempt (`webhook-id`): by it a receiver tells a copy. `body` too, byte for
 * byte; time and signature are the attempt's.
 */
export interface WebhookMessage {
  id: string
  url: string
  /** `whsec_` and a key in base64. */
  secret: string
  /** JSON text. */
  body: string
  correlationId: string
}

/**
 * `refused` is definite: nothing was sent, or the endpoint answered that it will not have this message. `failed` is anything that
 * may be better another time, whether or not the message arrived. `why` is in words of our own: what endpoints answer is not kept.
 */
export type WebhookOutcome =
  | { status: 'accepted' }
  | { status: 'refused'; why: string }
  | { status: 'failed'; why: string }

/** Sends webhooks, at least once, signed by Standard Webhooks (https://www.standardwebhooks.com). */
export interface Webhooks {
  /** `atMs` is now: milliseconds since 1970, UTC; receivers refuse what was signed minutes ago. */
  send(message: WebhookMessage, atMs: number): Promise<WebhookOutcome>
}
