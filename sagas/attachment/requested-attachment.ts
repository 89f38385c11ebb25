import * as z from 'zod'
import { ResourceId } from '../../domain/ids.ts'

/** Input of the saga. Everything else about the file is read from its row. */
export const RequestedAttachment = z.strictObject({ ticketId: ResourceId, attachmentId: ResourceId })
export type RequestedAttachment = z.infer<typeof RequestedAttachment>
