import * as z from 'zod'
import { ResourceId, UserId } from '../../domain/ids.ts'

/** One event, and one person to tell of it. What the ticket and the person are called is read when it is needed. */
export const TicketNotice = z.strictObject({
  type: z.string(),
  ticketId: ResourceId,
  seq: z.int().positive(),
  occurredAt: z.iso.datetime(),
  recipient: UserId,
})
export type TicketNotice = z.infer<typeof TicketNotice>
