import * as z from 'zod'
import { ResourceId, WebhookName } from '../../domain/ids.ts'

/** Input of the saga: one event and one endpoint. Its URL and secret are read when they are needed. */
export const WebhookNotice = z.strictObject({
  type: z.string(),
  ticketId: ResourceId,
  seq: z.int().positive(),
  occurredAt: z.iso.datetime(),
  endpoint: WebhookName,
  /** Distinguishes the endpoint from a later one of the same name. */
  since: z.int().positive(),
  /** No attempt is made after this time. */
  giveUpAt: z.iso.datetime(),
})
export type WebhookNotice = z.infer<typeof WebhookNotice>
