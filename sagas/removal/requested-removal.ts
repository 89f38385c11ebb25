import * as z from 'zod'
import { ResourceId } from '../../domain/ids.ts'

/** Input of the saga. `seq` is the number of the event that requested the removal: it tells this removal from an earlier one. */
export const RequestedRemoval = z.strictObject({
  ticketId: ResourceId,
  attachmentId: ResourceId,
  seq: z.int().positive(),
})
export type RequestedRemoval = z.infer<typeof RequestedRemoval>
