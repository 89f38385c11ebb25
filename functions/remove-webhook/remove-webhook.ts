import * as z from 'zod'
import { json } from '../../app/http/answer.ts'
import { admins } from '../../app/http/endpoint.ts'
import { webhookParams } from '../../app/http/params.ts'
import { write } from '../../app/http/write.ts'
import { WebhookName } from '../../domain/ids.ts'
import * as domain from '../../domain/remove-webhook.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { settingsRow, webhookRow } from '../../tables/settings.ts'

const RemovedWebhook = z
  .strictObject({ name: WebhookName, removedAt: z.iso.datetime() })
  .meta({ id: 'RemovedWebhook', description: 'An endpoint that is told nothing more.' })

/** Removes an endpoint of the tenant. */
export const removeWebhook = write('remove-webhook', {
  summary: 'Removes an endpoint',
  roles: admins,
  params: webhookParams,
  aggregate: () => settingsOfTenant,
  reads: (tenant, { name }) => ({ settings: settingsRow(tenant), webhook: webhookRow(tenant, name) }),
  decide: domain.removeWebhook,
  answer: ({ version, ...removed }) => json(removed, { version }),
  success: { status: 200, schema: RemovedWebhook },
})
