import * as z from 'zod'
import { ResourceId, WebhookName } from '../../domain/ids.ts'

/** One event, and one endpoint of the tenant to tell of it: where it is and what it signs with is read when it is needed. */
export const WebhookNotice = z.strictObject({
  type: z.string(),
  ticketId: ResourceId,
  seq: z.int().positive(),
  occurredAt: z.iso.datetime(),
  endpoint: WebhookName,
  /** Tells the endpoint from another one that came to have its name. */
  since: z.int().positive(),
  /** From then on no further attempt is made. */
  giveUpAt: z.iso.datetime(),
})
export type WebhookNotice = z.infer<typeof WebhookNotice>
