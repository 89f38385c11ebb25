import type { DomainEvent } from '../../domain/event.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { subscribedWebhooks } from '../../domain/subscribed-webhooks.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { Evidence } from './evidence.ts'
import type { Violation } from './invariant.ts'

/**
 * An upper bound of the skew between two functions' clocks: an event recorded this close to a change of settings may fall on either side.
 */
const skewMsMax = 10_000

const endOfTime = '9999-12-31T23:59:59.999Z'

/**
 * The endpoints that an event must be sent to, and those that it may be sent to: subscribed in each state, or in any, that the settings had
 * about when it was recorded. A change of the settings counts from some moment between its request and its record.
 */
export function endpointsFor(
  { tenant, type, recordedAt }: DomainEvent,
  { events }: Pick<Evidence, 'events'>,
): { required: string[]; allowed: string[] } {
  const settings = events.get(aggregateKey(tenant, settingsOfTenant)) ?? []
  const atMs = Date.parse(recordedAt)
  const uncertain = settings.findIndex((change) => Date.parse(change.recordedAt) > atMs - skewMsMax)
  const changesMin = uncertain < 0 ? settings.length : uncertain
  const changesMax = settings.findLastIndex((change) => Date.parse(change.occurredAt) <= atMs + skewMsMax) + 1
  const states = Array.from({ length: Math.max(0, changesMax - changesMin) + 1 }, (_, more) =>
    subscribedWebhooks(type, endOfTime, settings.slice(0, changesMin + more)).map(({ name }) => name),
  )
  const allowed = [...new Set(states.flat())]
  return { allowed, required: allowed.filter((name) => states.every((names) => names.includes(name))) }
}

/** A completed webhook saga has one delivery, a compensated one has none, and every delivery has its saga. */
export function deliveryViolations({ deliveries, sagas }: Pick<Evidence, 'deliveries' | 'sagas'>): Violation[] {
  const found: Violation[] = []
  const deliveriesByEvent = Map.groupBy(
    deliveries,
    ({ tenant, value }) => `${value.endpoint} of ${tenant}, ticket ${value.ticketId} event ${value.seq},`,
  )
  for (const [subject, same] of deliveriesByEvent)
    if (same.length > 1) found.push({ subject, problem: `has ${same.length} deliveries` })
  const deliveriesBySaga = new Map(
    deliveries.map(({ tenant, sk, value }) => [`${tenant} ${sk.slice(sk.indexOf('-') + 1)}`, value]),
  )
  for (const { pk, tenant, value: saga } of sagas) {
    if (saga.name !== webhook.name) continue
    const isDelivered = deliveriesBySaga.delete(`${tenant} ${saga.id}`)
    if (saga.state === 'completed' && !isDelivered)
      found.push({ subject: pk, problem: 'is completed, but has no delivery' })
    if (saga.state === 'compensated' && isDelivered)
      found.push({ subject: pk, problem: 'is compensated, but has a delivery' })
  }
  for (const id of deliveriesBySaga.keys())
    found.push({ subject: `the delivery of saga ${id}`, problem: 'belongs to no saga' })
  return found
}
