import type { DomainEvent } from '../../domain/event.ts'
import { isNotified, recipientsAsOf } from '../../domain/recipients.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { WebhookRef } from '../../domain/subscribed-webhooks.ts'
import { subscribersAt, webhooksWithoutSubscription } from '../../domain/subscribers.ts'
import { eventsQuery, parseEvent } from '../../tables/events.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { readRow } from '../../tables/read-row.ts'
import { Retries } from '../../tables/retries.ts'
import { settingsRow, webhookRow } from '../../tables/settings.ts'
import { readSnapshot } from '../../tables/snapshot.ts'
import type { Query, Store } from '../../tables/store.ts'
import { followersQuery, parseFollower, ticketRow } from '../../tables/tickets.ts'

/**
 * The users to notify of a ticket's event: those whom the ticket concerned as of the event, without the history before it. Read are the
 * followers, then the header, then the events between this one and the header's version, of which there are none unless the message is
 * late. Throws when these can't all be read yet, and at the deadline (epoch milliseconds).
 *
 * Plain reads may see a transaction half applied. So the header is read in a transaction, which waits until one that has changed a follower
 * has changed the header as well, and the later events must all be there. The followers may lack what the event itself did: of that, its
 * message tells.
 */
export async function readRecipients(
  { store, runtime }: { store: Store; runtime: Runtime },
  event: DomainEvent,
  deadlineMs: number,
): Promise<string[]> {
  if (!isNotified(event)) return []
  const { tenant, aggregate, seq } = event
  const time = { runtime, deadlineMs }
  const readAll = (query: Query) => queryRows(store, query, Number.POSITIVE_INFINITY, time)
  const followers = (await readAll(followersQuery(tenant, aggregate.id))).map(parseFollower)
  // Read after the followers, so its version covers every change that they show.
  const snapshot = await readSnapshot(store, new Retries(runtime, deadlineMs), {
    ticket: ticketRow(tenant, aggregate.id),
  })
  const ticket = snapshot.status === 'read' ? snapshot.rows.ticket : undefined
  const unreadable = `event ${seq} of ticket ${aggregate.id} can't be read yet: SQS will deliver it again`
  if (!ticket || ticket.version < seq) throw new Error(unreadable)
  const range = { from: seq + 1, to: ticket.version }
  const later = ticket.version === seq ? [] : await readAll(eventsQuery(tenant, aggregate, range))
  if (later.length < ticket.version - seq) throw new Error(unreadable)
  const now = { ...ticket, followers: followers.map(({ userId }) => userId) }
  return recipientsAsOf(event, now, later.map(parseEvent))
}

/**
 * The webhooks that were subscribed to the event's type when it was recorded: one read, and no history of the settings. A change of the
 * settings that is half applied meanwhile is a later one, and the header alone decides, unless a webhook was put before subscriptions were
 * stored: if that change gives it other events, the event may go by those.
 */
export async function readSubscribers(store: Store, event: DomainEvent): Promise<WebhookRef[]> {
  const settings = await readRow(store, settingsRow(event.tenant))
  if (!settings) return []
  const earlier = webhooksWithoutSubscription(settings).map((name) => readRow(store, webhookRow(event.tenant, name)))
  const webhooks = (await Promise.all(earlier)).filter((webhook) => webhook !== undefined)
  return subscribersAt(settings, webhooks, event)
}
