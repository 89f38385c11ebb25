import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { webhookParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import { WebhookName } from '../../domain/ids.ts'
import * as domain from '../../domain/remove-webhook.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { settingsRow, webhookRow } from '../../tables/settings.ts'

const RemovedWebhook = z
  .strictObject({ name: WebhookName, removedAt: z.iso.datetime() })
  .meta({ id: 'RemovedWebhook', description: 'A webhook that was removed and receives nothing more.' })

export const removeWebhook = writeEndpoint('remove-webhook', {
  summary: 'Remove a webhook',
  roles: admins,
  params: webhookParams,
  aggregate: () => settingsOfTenant,
  reads: (tenant, { name }) => ({ settings: settingsRow(tenant), webhook: webhookRow(tenant, name) }),
  decide: domain.removeWebhook,
  respond: ({ version, ...removed }) => jsonResponse(removed, { version }),
  success: { status: 200, schema: RemovedWebhook },
})
