import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { EventType } from './event.ts'
import { type Settings, type Webhook, webhooksMax } from './webhook.ts'

export interface WebhookState {
  settings?: Settings | undefined
  webhook?: Webhook | undefined
}

export interface PutWebhook extends CommandMetadata {
  name: string
  url: string
  events: EventType[]
}

/** What a put comes to; `version` is that of the settings. */
export interface PutResult {
  webhook: Webhook
  version: number
  isNew: boolean
}

/** Brings an endpoint into being, or changes where it is and what it is told of. Its secret stays the same as long as it lives. */
export function putWebhook(
  { settings, webhook }: WebhookState,
  { name, url, events, at, ids }: PutWebhook,
): Decision<PutResult> {
  if (settings && webhook && webhook.url === url && isSameSet(webhook.events, events))
    return unchanged({ webhook, version: settings.version, isNew: false })
  const others = settings?.webhooks.filter((each) => each !== name) ?? []
  if (!webhook && others.length >= webhooksMax) return refused({ why: 'too-many-webhooks', max: webhooksMax })
  const next = advanced(settings, [...others, name], at)
  const before = webhook ?? { secret: newSecret(ids), since: next.version, createdAt: at }
  const put: Webhook = { ...before, name, url, events, updatedAt: at }
  return changed(
    { type: 'settings.webhook_put', data: { name, events } },
    [
      { operation: 'put', entity: 'settings', settings: next },
      { operation: 'put', entity: 'webhook', webhook: put },
    ],
    { webhook: put, version: next.version, isNew: !webhook },
  )
}

export interface RemoveWebhook extends CommandMetadata {
  name: string
}

/** Sends an endpoint nothing more, not even what is on its way; its secret is gone. */
export function removeWebhook(
  { settings, webhook }: WebhookState,
  { name, at }: RemoveWebhook,
): Decision<{ name: string; removedAt: string; version: number }> {
  if (!settings || !webhook) return refused({ why: 'not-found', what: 'webhook' })
  const rest = settings.webhooks.filter((each) => each !== name)
  const next = advanced(settings, rest, at)
  return changed(
    { type: 'settings.webhook_removed', data: { name } },
    [
      { operation: 'put', entity: 'settings', settings: next },
      { operation: 'delete', entity: 'webhook', name },
    ],
    { name, removedAt: at, version: next.version },
  )
}

function advanced(settings: Settings | undefined, webhooks: string[], at: string): Settings {
  return { webhooks, version: (settings?.version ?? 0) + 1, createdAt: settings?.createdAt ?? at, updatedAt: at }
}

/** Two fresh UUIDs make 32 bytes, 244 bits of them from the machine's source of secrets; nothing else ever shows them. */
function newSecret({ target, message }: CommandMetadata['ids']): string {
  const bytes = `${target}${message}`.replaceAll('-', '').match(/../g) ?? []
  return `whsec_${btoa(bytes.map((byte) => String.fromCharCode(Number.parseInt(byte, 16))).join(''))}`
}

function isSameSet(these: readonly string[], those: readonly string[]): boolean {
  return these.length === those.length && these.every((each) => those.includes(each))
}
