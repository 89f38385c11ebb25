import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { webhookParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { toWebhookResource, WebhookResource } from '../../app/http/webhook-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/rotate-webhook-secret.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { settingsRow, webhookRow } from '../../tables/settings.ts'

const overlapSeconds = z
  .int()
  .min(0)
  .max(7 * 86_400)
  .default(86_400)
  .meta({
    description:
      'How long messages carry a signature of the previous secret as well, up to a week. 0 ends it at once: for a secret that has leaked.',
  })

/** Replaces the secret that signs an endpoint's messages; the previous one stays valid for a while. */
export const rotateWebhookSecret = writeEndpoint('rotate-webhook-secret', {
  summary: 'Rotate the secret of a webhook',
  roles: admins,
  params: webhookParams,
  body: z.strictObject({ overlapSeconds }),
  aggregate: () => settingsOfTenant,
  reads: (tenant, { name }) => ({ settings: settingsRow(tenant), webhook: webhookRow(tenant, name) }),
  decide: domain.rotateWebhookSecret,
  respond: ({ webhook, version }) => jsonResponse(toWebhookResource(webhook), { version }),
  success: { status: 200, schema: WebhookResource },
})
