import * as z from 'zod'
import type { Actor } from '../../domain/actor.ts'
import { Attachment, attachmentBytesMax, ContentType } from '../../domain/attachment.ts'
import { FileName } from '../../domain/file-name.ts'
import { ResourceId } from '../../domain/ids.ts'
import { attachmentSagaId } from '../../sagas/attachment/saga-id.ts'
import { removalSagaId } from '../../sagas/removal/saga-id.ts'

const { id, ticketId, state, requestedBy, requestedAt, readyAt, removedAt, reason } = Attachment.shape
const common = {
  id,
  ticketId,
  fileName: FileName,
  contentType: ContentType,
  sizeBytes: z.int().min(1).max(attachmentBytesMax),
  sha256: z.string().meta({ description: 'SHA-256 of the content, in hex.' }),
  state,
  sagaId: ResourceId.optional().meta({
    description:
      'The saga that works on the attachment, or did last: its upload, or its removal. Absent for customers when others requested it.',
  }),
  requestedBy,
  requestedAt,
}

/** An attachment as the response to its request shows it: without a URL, as its saga has opened no upload slot yet. */
export const AttachmentResource = z.strictObject({ ...common, readyAt, removedAt, reason }).meta({
  id: 'Attachment',
  description: 'A file attached to a ticket, with the saga that processes its upload or removal.',
})

/** An attachment with the presigned URL that its state allows. */
export const AttachmentWithAddress = z
  .strictObject({
    ...common,
    uploadUrl: z
      .url()
      .optional()
      .meta({ description: 'Presigned URL: PUT exactly this file here, once. Every read returns a fresh one.' }),
    uploadHeaders: z.record(z.string(), z.string()).optional().meta({ description: 'Headers that the PUT must send.' }),
    uploadExpiresAt: Attachment.shape.uploadExpiresAt,
    downloadUrl: z.url().optional().meta({
      description:
        'Presigned URL: GET the file here. Valid for a few minutes, needs no headers. It answers 404 once the file was removed.',
    }),
    readyAt,
    removedAt,
    reason,
  })
  .meta({
    id: 'AttachmentWithAddress',
    description: 'A file attached to a ticket, with an upload or download URL if its state allows one.',
  })

/** `reader` is the user who gets the answer: customers are told of their own sagas only, as they can read no others (own-sagas.ts). */
export function toAttachmentResource(attachment: Attachment, reader: Actor): z.infer<typeof AttachmentResource> {
  const { id, ticketId, fileName, contentType, sizeBytes, sha256, state, requestedBy, requestedAt } = attachment
  const { readyAt, removalSeq: seq, removedAt, reason } = attachment
  const ids = { ticketId, attachmentId: id }
  const sagaId = seq === undefined ? attachmentSagaId(ids) : removalSagaId({ ...ids, seq })
  const isOwn = reader.id === (seq === undefined ? requestedBy : attachment.removalRequestedBy)
  const isTold = reader.role !== 'customer' || isOwn
  return {
    id,
    ticketId,
    fileName,
    contentType,
    sizeBytes,
    sha256,
    state,
    ...(isTold && { sagaId }),
    requestedBy,
    requestedAt,
    ...(readyAt !== undefined && { readyAt }),
    ...(removedAt !== undefined && { removedAt }),
    ...(reason !== undefined && { reason }),
  }
}
