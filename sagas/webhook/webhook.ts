import * as z from 'zod'
import { ResourceId, WebhookName } from '../../domain/ids.ts'
import { releaseBudget, reserveBudget } from '../notification/budget.ts'
import { saga } from '../saga.ts'
import { deliver, whileEndpointIsDown } from './deliver.ts'
import { record } from './record.ts'

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

/** Tells one endpoint of one event. What it refuses is taken back; an endpoint that stays down is given up, and its saga says so. */
export const webhook = saga('webhook', WebhookNotice)
  .compensatable('budget', { do: reserveBudget, undo: releaseBudget })
  .pivot('deliver', { do: deliver, timeoutSeconds: 15, retry: whileEndpointIsDown })
  .retriable('record', { do: record })
