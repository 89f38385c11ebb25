import type { DomainEvent } from './event.ts'

/** An endpoint that wants to be told; `since` tells it from another one that had or will have its name. */
export interface Subscription {
  name: string
  since: number
}

/**
 * Which endpoints are told of an event of this type that was recorded at this time (ISO 8601, UTC): those that wanted it then, by the
 * history of the tenant's settings. Folded, so that a redelivery finds the same ones whatever has been changed since. What was
 * changed in the same instant may count or not: clocks of two functions differ.
 */
export function subscribedTo(type: string, recordedAt: string, settings: readonly DomainEvent[]): Subscription[] {
  const endpoints = new Map<string, { since: number; events: readonly string[] }>()
  for (const event of settings) {
    if (event.recordedAt > recordedAt) break
    if (event.type === 'settings.webhook_put') {
      const { name, events } = event.data
      endpoints.set(name, { since: endpoints.get(name)?.since ?? event.seq, events })
    }
    if (event.type === 'settings.webhook_removed') endpoints.delete(event.data.name)
  }
  return [...endpoints].flatMap(([name, { since, events }]) => (events.includes(type) ? [{ name, since }] : []))
}
