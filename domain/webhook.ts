import * as z from 'zod'
import { type EventType, eventData } from './event.ts'
import { WebhookName } from './ids.ts'

/** What an endpoint can be told of: the events of tickets. */
export const ticketEvents = (Object.keys(eventData) as EventType[]).filter((type) => type.startsWith('ticket.'))

export const WebhookEvents = z
  .array(z.enum(ticketEvents as [EventType, ...EventType[]]))
  .min(1)
  .max(ticketEvents.length)
  .refine((events) => new Set(events).size === events.length, 'must not name an event twice')

/**
 * One endpoint of a tenant. `since` is the version of the settings that brought it: one that was removed and put again under the
 * same name is another endpoint. `secret` is what its messages are signed with (Standard Webhooks: `whsec_` and 32 bytes in base64).
 */
export const Webhook = z.strictObject({
  name: WebhookName,
  url: z.string().max(2048),
  events: WebhookEvents,
  secret: z.string().startsWith('whsec_'),
  since: z.int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type Webhook = z.infer<typeof Webhook>

/** Every event is sent to each of them that wants it: a bound on what one event may cost. */
export const webhooksMax = 20

/** A tenant's settings: what has their version. */
export const Settings = z.strictObject({
  webhooks: z.array(WebhookName).max(webhooksMax),
  version: z.int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type Settings = z.infer<typeof Settings>

/** A tenant has one of these. */
export const settingsOfTenant = { type: 'settings', id: 'tenant' } as const
