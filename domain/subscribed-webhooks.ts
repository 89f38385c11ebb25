import type { DomainEvent } from './event.ts'

/** One webhook. `since` distinguishes it from an earlier or later one of the same name. */
export interface WebhookRef {
  name: string
  since: number
}

/**
 * The webhooks that receive an event of this type recorded at this time (ISO 8601, UTC): those subscribed to the type at that time, by
 * the history of the tenant's settings. Folded from the history, so a redelivery finds the same webhooks whatever has changed since. A
 * change of the settings within the clock skew of two functions may or may not count.
 */
export function subscribedWebhooks(type: string, recordedAt: string, settings: readonly DomainEvent[]): WebhookRef[] {
  const webhooks = new Map<string, { since: number; events: readonly string[] }>()
  for (const event of settings) {
    if (event.recordedAt > recordedAt) break
    if (event.type === 'settings.webhook_put') {
      const { name, events } = event.data
      webhooks.set(name, { since: webhooks.get(name)?.since ?? event.seq, events })
    }
    if (event.type === 'settings.webhook_removed') webhooks.delete(event.data.name)
  }
  return [...webhooks].flatMap(([name, { since, events }]) => (events.includes(type) ? [{ name, since }] : []))
}
