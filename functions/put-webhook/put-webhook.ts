import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { webhookParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { toWebhookResource, WebhookResource } from '../../app/http/webhook-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/put-webhook.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { WebhookEvents } from '../../domain/webhook.ts'
import { settingsRow, webhookRow } from '../../tables/settings.ts'
import { webhookUrl } from './webhook-url.ts'

/** Creates or updates an endpoint. An update keeps the secret; `rotate-webhook-secret` replaces it. */
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
      return jsonResponse(toWebhookResource(webhook), { version, ...(isNew && { status: 201, location: path }) })
    },
    success: { status: 200, alsoStatus: 201, schema: WebhookResource },
  })

export const putWebhook = putWebhookEndpoint({ allowsPrivate: false })
