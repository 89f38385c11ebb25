import type { Settings } from './settings.ts'
import type { WebhookRef } from './subscribed-webhooks.ts'
import type { Subscription } from './subscription.ts'
import type { Webhook } from './webhook.ts'

/**
 * Ended subscriptions that are kept, the newest: they decide on events that are processed after a change of the settings. A tenant
 * would have to change its webhooks this often before one event is processed.
 */
const endedSubscriptionsMax = 40

/** What of a webhook its subscription depends on. */
type Subscriber = Pick<Webhook, 'name' | 'since' | 'events' | 'createdAt'>

/**
 * The subscriptions after a webhook was put (`after`), or removed (no `after`). `before` is its row until then. A webhook that was put
 * before subscriptions were stored gets one that has lasted since it was created.
 */
export function changeSubscription(
  settings: Settings | undefined,
  before: Subscriber | undefined,
  after: Subscriber | undefined,
  at: string,
): Subscription[] {
  const stored = settings?.subscriptions ?? []
  const name = (before ?? after)?.name
  const isCurrent = (subscription: Subscription) => subscription.name === name && subscription.until === undefined
  const current = stored.find(isCurrent) ?? (before && lasting(before, before.createdAt))
  const continues = current && after && String(current.events) === String(after.events)
  const ended = stored.filter(({ until }) => until !== undefined)
  if (current && !continues) ended.push({ ...current, until: at })
  const ofOthers = stored.filter((subscription) => subscription.until === undefined && !isCurrent(subscription))
  const others = [...ended.slice(-endedSubscriptionsMax), ...ofOthers]
  if (continues) return [...others, current]
  return after ? [...others, lasting(after, at)] : others
}

function lasting({ name, since, events }: Subscriber, from: string): Subscription {
  return { name, since, events, from }
}

/** The webhooks that were put before subscriptions were stored, and not since: their rows say what they are subscribed to. */
export function webhooksWithoutSubscription({ webhooks, subscriptions = [] }: Settings): string[] {
  const current = new Set(subscriptions.flatMap(({ name, until }) => (until === undefined ? [name] : [])))
  return webhooks.filter((name) => !current.has(name))
}

/**
 * The webhooks that receive an event of this type recorded at this time (ISO 8601, UTC), from the header of the settings as it is now: a
 * redelivery finds the same ones, whatever has changed since. `earlier` are the rows of {@link webhooksWithoutSubscription}.
 *
 * Times are those of requests. A change of the settings that was requested before the event, and committed after it was first delivered,
 * counts for a redelivery only; so may one within the clock skew of two functions. A webhook still gets the
 * event once: its saga's id says so.
 */
export function subscribersAt(
  { subscriptions = [] }: Settings,
  earlier: readonly Subscriber[],
  { type, recordedAt }: { type: string; recordedAt: string },
): WebhookRef[] {
  return [...earlier.map((webhook) => lasting(webhook, webhook.createdAt)), ...subscriptions].flatMap(
    ({ name, since, events, from, until }) => {
      const isSubscribed = from <= recordedAt && (until === undefined || recordedAt < until)
      return isSubscribed && events.includes(type) ? [{ name, since }] : []
    },
  )
}
