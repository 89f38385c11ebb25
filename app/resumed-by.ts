import type { DomainEvent } from '../domain/event.ts'
import { type RequestKey, requestKeyHash } from '../tables/request-keys.ts'

/** The key of the command that resumes one parking for a resumption: one effect for each parking, however often it is repeated. */
export function resumeKey(tenant: string, resumptionId: string, parkingId: string): RequestKey {
  return { tenant, operation: 'system resume-sagas', key: `${resumptionId}.${parkingId}` }
}

export type Resumed = DomainEvent & { type: 'saga.resumed' }

export function isResumed(event: DomainEvent): event is Resumed {
  return event.type === 'saga.resumed'
}

/** Whether the resumption has made this event. The hash of its key, which every event has, tells. */
export function isResumedBy(resumptionId: string, { tenant, data, requestKeyHash: hash }: Resumed): boolean {
  return hash === requestKeyHash(resumeKey(tenant, resumptionId, data.parkingId))
}
