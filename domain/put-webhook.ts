import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { TicketEventType } from './event.ts'
import { nextSettings, webhooksMax } from './settings.ts'
import { changeSubscription } from './subscribers.ts'
import { signingSecret, type Webhook, type WebhookState } from './webhook.ts'

export interface PutWebhook extends CommandMetadata {
  name: string
  url: string
  events: TicketEventType[]
}

export interface PutWebhookResult {
  webhook: Webhook
  /** The version of the settings. */
  version: number
  isNew: boolean
}

/** Creates a webhook, or changes its address and events. An update keeps the secret. */
export function putWebhook(
  { settings, webhook }: WebhookState,
  { name, url, events, at, secretBytes }: PutWebhook,
): Decision<PutWebhookResult> {
  if (settings && webhook && webhook.url === url && isSameSet(webhook.events, events))
    return unchanged({ webhook, version: settings.version, isNew: false })
  const otherNames = settings?.webhooks.filter((existing) => existing !== name) ?? []
  if (!webhook && otherNames.length >= webhooksMax) return refused({ why: 'too-many-webhooks', max: webhooksMax })
  const since = (settings?.version ?? 0) + 1
  const identity = webhook ?? { secret: signingSecret(secretBytes), since, createdAt: at }
  const put: Webhook = { ...identity, name, url, events, updatedAt: at }
  const subscriptions = changeSubscription(settings, webhook, put, at)
  const next = nextSettings(settings, { webhooks: [...otherNames, name], subscriptions }, at)
  return changed(
    { type: 'settings.webhook_put', data: { name, events } },
    [
      { operation: 'put', entity: 'settings', settings: next },
      { operation: 'put', entity: 'webhook', webhook: put },
    ],
    { webhook: put, version: next.version, isNew: !webhook },
  )
}

function isSameSet(first: readonly string[], second: readonly string[]): boolean {
  return first.length === second.length && first.every((element) => second.includes(element))
}
