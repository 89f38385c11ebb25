import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { webhookParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/put-webhook.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { Webhook, WebhookEvents } from '../../domain/webhook.ts'
import { settingsRow, webhookRow } from '../../tables/settings.ts'
import { webhookUrl } from './webhook-url.ts'

const { name, url, events, secret, createdAt, updatedAt } = Webhook.shape

const WebhookResource = z
  .strictObject({
    name,
    url,
    events,
    secret: secret.meta({
      description: 'The key that signs the messages (Standard Webhooks). Only this response contains it.',
    }),
    createdAt,
    updatedAt,
  })
  .meta({ id: 'Webhook', description: 'An endpoint of the tenant that receives events of its tickets.' })

/** Creates or updates an endpoint. An update keeps the secret; to replace it, remove the endpoint and create it again. */
export const putWebhookEndpoint = ({ allowsPrivate }: { allowsPrivate: boolean }) =>
  writeEndpoint('put-webhook', {
    summary: 'Create or update a webhook',
    roles: admins,
    params: webhookParams,
    body: z.strictObject({ url: webhookUrl({ allowsPrivate }), events: WebhookEvents }),
    aggregate: () => settingsOfTenant,
    reads: (tenant, { name }) => ({ settings: settingsRow(tenant), webhook: webhookRow(tenant, name) }),
    decide: domain.putWebhook,
    respond({ webhook, version, isNew }, { path }) {
      const { since: _, ...shown } = webhook
      return jsonResponse(shown, { version, ...(isNew && { status: 201, location: path }) })
    },
    success: { status: 200, alsoStatus: 201, schema: WebhookResource },
  })

export const putWebhook = putWebhookEndpoint({ allowsPrivate: false })
