import * as z from 'zod'
import { ticketEventTypes } from './event.ts'
import { WebhookName } from './ids.ts'
import type { Settings } from './settings.ts'

/** The events that a webhook subscribes to. */
export const WebhookEvents = z
  .array(z.enum(ticketEventTypes))
  .min(1)
  .max(ticketEventTypes.length)
  .refine((events) => new Set(events).size === events.length, 'must not name an event twice')

const secret = z.string().startsWith('whsec_')

/**
 * A webhook: one HTTP endpoint of a tenant that receives ticket events. `since` is the settings version that created it, so a
 * webhook that is removed and created again under the same name is a different one. `secret` signs its messages (Standard Webhooks:
 * `whsec_` and the base64 of 32 random bytes); after a rotation so does the previous one, for a while.
 */
export const Webhook = z.strictObject({
  name: WebhookName,
  url: z.string().max(2048),
  events: WebhookEvents,
  secret,
  /** Absent unless the secret was rotated. */
  previous: z.strictObject({ secret, validUntil: z.iso.datetime() }).optional(),
  since: z.int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type Webhook = z.infer<typeof Webhook>

/** The secret in the format of Standard Webhooks: `whsec_` and the key in base64. */
export function signingSecret(key: Uint8Array): string {
  return `whsec_${Buffer.from(key).toString('base64')}`
}

/** The secrets that sign a message at this time, the current one first. */
export function validSecrets({ secret, previous }: Pick<Webhook, 'secret' | 'previous'>, nowMs: number): string[] {
  return previous && nowMs < Date.parse(previous.validUntil) ? [secret, previous.secret] : [secret]
}

/** The rows that a webhook command reads. */
export interface WebhookState {
  settings?: Settings | undefined
  webhook?: Webhook | undefined
}
