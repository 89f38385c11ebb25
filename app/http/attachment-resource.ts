import * as z from 'zod'
import { Attachment, attachmentBytesMax, ContentType } from '../../domain/attachment.ts'
import { FileName } from '../../domain/file-name.ts'
import { ResourceId } from '../../domain/ids.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'

const { id, ticketId, state, requestedBy, requestedAt, readyAt, reason } = Attachment.shape
const facts = {
  id,
  ticketId,
  fileName: FileName,
  contentType: ContentType,
  sizeBytes: z.int().min(1).max(attachmentBytesMax),
  sha256: z.string().meta({ description: 'SHA-256 of the content, in hex.' }),
  state,
  sagaId: ResourceId,
  requestedBy,
  requestedAt,
}

/** An attachment as the answer to its request tells it. */
export const AttachmentResource = z
  .strictObject({ ...facts, readyAt, reason })
  .meta({ id: 'Attachment', description: 'A file of a ticket. `sagaId` names what takes it in.' })

/** An attachment with where to put it, or where to get it. */
export const AttachmentWithAddress = z
  .strictObject({
    ...facts,
    uploadUrl: z.url().optional().meta({ description: 'Where to PUT exactly this file, once. Fresh at each read.' }),
    uploadHeaders: z.record(z.string(), z.string()).optional().meta({ description: 'Headers that the PUT must send.' }),
    uploadExpiresAt: Attachment.shape.uploadExpiresAt,
    downloadUrl: z.url().optional().meta({ description: 'Where to GET the file for some minutes. Needs no headers.' }),
    readyAt,
    reason,
  })
  .meta({ id: 'AttachmentWithAddress', description: 'A file of a ticket, with the address that its state allows.' })

export function attachmentResource(attachment: Attachment): z.infer<typeof AttachmentResource> {
  const { id, ticketId, fileName, contentType, sizeBytes, sha256, state, requestedBy, requestedAt } = attachment
  const sagaId = attachmentSagaId({ ticketId, attachmentId: id })
  const { readyAt, reason } = attachment
  return {
    id,
    ticketId,
    fileName,
    contentType,
    sizeBytes,
    sha256,
    state,
    sagaId,
    requestedBy,
    requestedAt,
    ...(readyAt !== undefined && { readyAt }),
    ...(reason !== undefined && { reason }),
  }
}
