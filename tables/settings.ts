import { Holds } from '../domain/hold.ts'
import { Settings, settingsOfTenant } from '../domain/settings.ts'
import { Webhook } from '../domain/webhook.ts'
import { aggregateKey, type RowRead } from './keys.ts'
import type { Row, Write } from './store.ts'
import { isNextVersion } from './version.ts'

/**
 * A tenant's settings, stored in `Tickets`: one partition with a header (`SETTINGS`, with the version of the aggregate), one row per
 * webhook (`WEBHOOK#name`), and one with what the tenant holds (`HOLDS`). Every write also writes the header under its version, so the
 * other rows need no condition of their own. Signing secrets are stored in the webhooks' rows and in the stored answers of the requests
 * that put the webhook, nowhere else.
 */
const table = 'Tickets'

// These ignore the key attributes of a row. Built once, because Zod compiles a schema at its first parse.
const SettingsRow = Settings.strip()
const WebhookRow = Webhook.strip()
const HoldsRow = Holds.strip()

const headerKey = (tenant: string) => ({ pk: aggregateKey(tenant, settingsOfTenant), sk: 'SETTINGS' })
const webhookKey = (tenant: string, name: string) => ({
  pk: aggregateKey(tenant, settingsOfTenant),
  sk: `WEBHOOK#${name}`,
})

const holdsKey = (tenant: string) => ({ pk: aggregateKey(tenant, settingsOfTenant), sk: 'HOLDS' })

export const settingsRow = (tenant: string): RowRead<Settings> => ({
  table,
  key: headerKey(tenant),
  parse: (row) => SettingsRow.parse(row),
})

export const webhookRow = (tenant: string, name: string): RowRead<Webhook> => ({
  table,
  key: webhookKey(tenant, name),
  parse: parseWebhook,
})

/** Absent while the tenant has never held anything. */
export const holdsRow = (tenant: string): RowRead<Holds> => ({
  table,
  key: holdsKey(tenant),
  parse: parseHolds,
})

/** Throws `ZodError` when the row is not a webhook. */
export function parseWebhook(row: Row): Webhook {
  return WebhookRow.parse(row)
}

/** Throws `ZodError` when the row is not what a tenant holds. */
export function parseHolds(row: Row): Holds {
  return HoldsRow.parse(row)
}

export function putSettings(tenant: string, settings: Settings): Write {
  const row = { ...headerKey(tenant), ...settings, tenant }
  return { kind: 'put', table, row, when: isNextVersion(settings.version) }
}

export function putWebhook(tenant: string, webhook: Webhook): Write {
  return { kind: 'put', table, row: { ...webhookKey(tenant, webhook.name), ...webhook, tenant } }
}

export function putHolds(tenant: string, holds: Holds): Write {
  return { kind: 'put', table, row: { ...holdsKey(tenant), ...holds, tenant } }
}

export function deleteWebhook(tenant: string, name: string): Write {
  return { kind: 'delete', table, key: webhookKey(tenant, name) }
}
