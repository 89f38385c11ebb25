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
    secret: secret.meta({ description: 'Signs what is sent (Standard Webhooks). Told here and nowhere else.' }),
    createdAt,
    updatedAt,
  })
  .meta({ id: 'Webhook', description: 'An endpoint of the tenant, told of events of its tickets.' })

/** Puts an endpoint of the tenant. It keeps its secret when it is changed; remove it and put it again for another one. */
export const putWebhookTo = ({ allowsPrivate }: { allowsPrivate: boolean }) =>
  writeEndpoint('put-webhook', {
    summary: 'Adds or changes an endpoint that is told of events',
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

export const putWebhook = putWebhookTo({ allowsPrivate: false })
