import * as z from 'zod'
import { ResourceId } from '../../domain/ids.ts'

/** One attachment that was asked for. What is to be uploaded is read from its row. */
export const RequestedAttachment = z.strictObject({ ticketId: ResourceId, attachmentId: ResourceId })
export type RequestedAttachment = z.infer<typeof RequestedAttachment>
