import * as z from 'zod'
import { ResourceId, UserId } from '../../../domain/ids.ts'

/** One ticket to hand over. Ids and small facts only; everything else is read when it is needed. */
export const TicketHandover = z.strictObject({
  ticketId: ResourceId,
  seq: z.int(),
  requester: UserId,
  handedAt: z.string(),
})
export type TicketHandover = z.infer<typeof TicketHandover>
