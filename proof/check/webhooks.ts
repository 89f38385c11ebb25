import type { DomainEvent } from '../../domain/event.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { subscribedTo } from '../../domain/subscriptions.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { Evidence } from './evidence.ts'
import type { Violation } from './invariant.ts'

/** Clocks of two functions differ by less: what was recorded this close to a change of settings may fall on either side of it. */
const skewMsMax = 10_000

/** The endpoints that an event must have been sent to, and those that it may have been. */
export function endpointsOf(
  { events }: Pick<Evidence, 'events'>,
  { tenant, type, recordedAt }: DomainEvent,
): { required: string[]; allowed: string[] } {
  const settings = events.get(aggregateKey(tenant, settingsOfTenant)) ?? []
  const told = [-skewMsMax, 0, skewMsMax].map((offsetMs) => {
    const at = new Date(Date.parse(recordedAt) + offsetMs).toISOString()
    return subscribedTo(type, at, settings).map(({ name }) => name)
  })
  const allowed = [...new Set(told.flat())]
  return { allowed, required: allowed.filter((name) => told.every((names) => names.includes(name))) }
}

/** Each completed saga has its one delivery, and no other has any. */
export function deliveriesAreOnce({ deliveries, sagas }: Pick<Evidence, 'deliveries' | 'sagas'>): Violation[] {
  const found: Violation[] = []
  const told = Map.groupBy(deliveries, ({ tenant, is }) => `${tenant} ${is.endpoint} ${is.ticketId} ${is.seq}`)
  for (const [subject, same] of told)
    if (same.length > 1) found.push({ subject, what: `has ${same.length} deliveries of one event` })
  const bySaga = new Map(deliveries.map(({ tenant, sk, is }) => [`${tenant} ${sk.slice(sk.indexOf('-') + 1)}`, is]))
  for (const { pk, tenant, is: saga } of sagas) {
    if (saga.name !== webhook.name) continue
    const there = bySaga.delete(`${tenant} ${saga.id}`)
    if (saga.state === 'completed' && !there) found.push({ subject: pk, what: 'is completed and has no delivery' })
    if (saga.state === 'compensated' && there) found.push({ subject: pk, what: 'is compensated and has a delivery' })
  }
  for (const saga of bySaga.keys()) found.push({ subject: `delivery of ${saga}`, what: 'belongs to no saga' })
  return found
}
