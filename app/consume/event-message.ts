import * as z from 'zod'
import { DomainEvent } from '../../domain/event.ts'
import { aggregateTypes, TenantId } from '../../domain/ids.ts'
import type { DeliveredEvent } from './missed-events.ts'

/** Which event a message is: enough to keep a checkpoint for it, whatever else it says. */
const EventAddress = z.object({
  id: z.string(),
  tenant: TenantId,
  aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: z.string().min(1) }),
  seq: z.int().positive(),
  correlationId: z.string().optional(),
})

/** A message as received: an event that this version can't read still has its place in order. */
export type EventMessage = z.infer<typeof EventAddress> & DeliveredEvent

/** Throws `SyntaxError` or `ZodError` when it can't even be told which event it is. */
export function readMessage(body: string): EventMessage {
  const content: unknown = JSON.parse(body)
  return { ...EventAddress.parse(content), event: () => DomainEvent.safeParse(content).data }
}
