import * as z from 'zod'
import { ticketEventTypes } from '../../domain/event.ts'
import { ResourceId, UserId } from '../../domain/ids.ts'

/** Input of the saga: one event and one recipient. Everything else is read when it is needed. */
export const TicketNotice = z.strictObject({
  type: z.enum(ticketEventTypes),
  ticketId: ResourceId,
  seq: z.int().positive(),
  occurredAt: z.iso.datetime(),
  recipient: UserId,
})
export type TicketNotice = z.infer<typeof TicketNotice>
