import * as z from 'zod'
import { WebhookName } from './ids.ts'

/** Every event is sent to each webhook that subscribes to it, so this bounds the cost of one event. */
export const webhooksMax = 20

/** The header of a tenant's settings. Its version counts every change of any setting. */
export const Settings = z.strictObject({
  webhooks: z.array(WebhookName),
  version: z.int().positive(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type Settings = z.infer<typeof Settings>

/** The one settings aggregate of a tenant. */
export const settingsOfTenant = { type: 'settings', id: 'tenant' } as const

/** The header after one more event; a tenant without settings gets its first one. */
export function nextSettings(settings: Settings | undefined, webhooks: string[], at: string): Settings {
  return { webhooks, version: (settings?.version ?? 0) + 1, createdAt: settings?.createdAt ?? at, updatedAt: at }
}
