import * as z from 'zod'
import { WebhookName } from '../../domain/ids.ts'
import { settingsOfTenant } from '../../domain/webhook.ts'
import * as domain from '../../domain/webhooks.ts'
import { settingsRow, webhookRow } from '../../tables/settings.ts'
import { json } from '../http/answer.ts'
import { admins } from '../http/endpoint.ts'
import { webhookParams } from '../http/params.ts'
import { write } from '../http/write.ts'

const RemovedWebhook = z
  .strictObject({ name: WebhookName, removedAt: z.iso.datetime() })
  .meta({ id: 'RemovedWebhook', description: 'An endpoint that is told nothing more.' })

/** Removes an endpoint of the tenant. */
export const removeWebhook = write({
  operation: 'DELETE /webhooks/{name}',
  summary: 'Removes an endpoint',
  roles: admins,
  params: webhookParams,
  aggregate: () => settingsOfTenant,
  reads: (tenant, { name }) => ({ settings: settingsRow(tenant), webhook: webhookRow(tenant, name) }),
  decide: domain.removeWebhook,
  answer: ({ version, ...removed }) => json(removed, { version }),
  success: { status: 200, schema: RemovedWebhook },
})
