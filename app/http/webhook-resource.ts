import * as z from 'zod'
import { Webhook } from '../../domain/webhook.ts'

const { name, url, events, secret, createdAt, updatedAt } = Webhook.shape

export const WebhookResource = z
  .strictObject({
    name,
    url,
    events,
    secret: secret.meta({
      description:
        'The key that signs the messages (Standard Webhooks). Only the responses to writes of this endpoint contain it.',
    }),
    previousSecretValidUntil: z.iso
      .datetime()
      .optional()
      .meta({ description: 'Until then messages carry a signature of the previous secret as well.' }),
    createdAt,
    updatedAt,
  })
  .meta({ id: 'Webhook', description: 'An endpoint of the tenant that receives events of its tickets.' })

/** What an admin sees of an endpoint. The previous secret is never shown again. */
export function toWebhookResource({ since: _, previous, ...shown }: Webhook): z.infer<typeof WebhookResource> {
  return { ...shown, ...(previous && { previousSecretValidUntil: previous.validUntil }) }
}
