import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused } from './decision.ts'
import { nextSettings } from './settings.ts'
import { changeSubscription } from './subscribers.ts'
import type { WebhookState } from './webhook.ts'

export interface RemoveWebhook extends CommandMetadata {
  name: string
}

export interface RemovedWebhook {
  name: string
  removedAt: string
  /** The version of the settings. */
  version: number
}

/** Removes a webhook and deletes its secret. It receives nothing more, not even messages that are already queued. */
export function removeWebhook(
  { settings, webhook }: WebhookState,
  { name, at }: RemoveWebhook,
): Decision<RemovedWebhook> {
  if (!settings || !webhook) return refused({ why: 'not-found', what: 'webhook' })
  const webhooks = settings.webhooks.filter((existing) => existing !== name)
  const subscriptions = changeSubscription(settings, webhook, undefined, at)
  const next = nextSettings(settings, { webhooks, subscriptions }, at)
  return changed(
    { type: 'settings.webhook_removed', data: { name } },
    [
      { operation: 'put', entity: 'settings', settings: next },
      { operation: 'delete', entity: 'webhook', name },
    ],
    { name, removedAt: at, version: next.version },
  )
}
