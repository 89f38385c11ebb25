import * as z from 'zod'
import { WebhookName } from './ids.ts'

/**
 * The times for which one webhook was subscribed to these event types: `from` inclusive, `until` exclusive and absent while it lasts.
 * `since` distinguishes the webhook from an earlier or later one of the same name.
 */
export const Subscription = z.strictObject({
  name: WebhookName,
  since: z.int().positive(),
  events: z.array(z.string()),
  from: z.iso.datetime(),
  until: z.iso.datetime().optional(),
})
export type Subscription = z.infer<typeof Subscription>
