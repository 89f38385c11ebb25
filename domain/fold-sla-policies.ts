import type { DomainEvent } from './event.ts'
import { type SlaPolicies, withPolicy } from './sla-policy.ts'

/** A tenant's policies after these events of theirs, from the first on; undefined without any. The stored row must be equal. */
export function foldSlaPolicies(events: readonly DomainEvent[]): SlaPolicies | undefined {
  return events.reduce<SlaPolicies | undefined>((before, event) => {
    if (event.type !== 'sla.policy_put') throw new Error(`${event.type} is not an event of SLA policies`)
    const put = { ...event.data, revision: event.seq }
    return { policies: withPolicy(before?.policies ?? [], put), version: event.seq }
  }, undefined)
}
