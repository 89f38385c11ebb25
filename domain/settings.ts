import * as z from 'zod'
import { WebhookName } from './ids.ts'
import { Subscription } from './subscription.ts'

/** Every event is sent to each webhook that subscribes to it, so this bounds the cost of one event. */
export const webhooksMax = 20

/** The header of a tenant's settings. Its version counts every change of any setting. */
export const Settings = z.strictObject({
  webhooks: z.array(WebhookName),
  /**
   * Who receives which events, and who did so before. Absent, or without a webhook, where that has not changed since an earlier version.
   */
  subscriptions: z.array(Subscription).optional(),
  version: z.int().positive(),
  /** The hash of the newest event, which the next one is chained to. Absent where no event has been stored since events are chained. */
  eventHash: z.string().optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type Settings = z.infer<typeof Settings>

/** The one settings aggregate of a tenant. */
export const settingsOfTenant = { type: 'settings', id: 'tenant' } as const

/** The header after one more event; a tenant without settings gets its first one. */
export function nextSettings(
  settings: Settings | undefined,
  { webhooks, subscriptions }: Pick<Settings, 'webhooks' | 'subscriptions'>,
  at: string,
): Settings {
  return {
    webhooks,
    subscriptions,
    version: (settings?.version ?? 0) + 1,
    createdAt: settings?.createdAt ?? at,
    updatedAt: at,
  }
}
