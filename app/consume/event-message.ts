import * as z from 'zod'
import { DomainEvent } from '../../domain/event.ts'
import { aggregateTypes, TenantId } from '../../domain/ids.ts'
import type { DeliveredEvent } from './missed-events.ts'

/** The members that identify an event: all that a checkpoint needs, even if this version can't parse the rest. */
const EventAddress = z.object({
  id: z.string(),
  tenant: TenantId,
  aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: z.string().min(1) }),
  seq: z.int().positive(),
  correlationId: z.string().optional(),
})

/** A received message. An event of a type that this version does not know still has its place in the order. */
export type EventMessage = z.infer<typeof EventAddress> & DeliveredEvent

/** Fails only when the body does not identify an event. */
export function parseMessage(body: string): { success: true; data: EventMessage } | { success: false; error: unknown } {
  try {
    const content: unknown = JSON.parse(body)
    const address = EventAddress.parse(content)
    return { success: true, data: { ...address, event: () => DomainEvent.safeParse(content).data } }
  } catch (error) {
    return { success: false, error }
  }
}
