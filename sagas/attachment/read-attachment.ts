import { type AttachmentRef, attachmentRow, type StoredAttachment } from '../../tables/attachments.ts'
import { readRow } from '../../tables/read-row.ts'
import type { StepContext } from '../saga.ts'
import type { RequestedAttachment } from './requested-attachment.ts'

export function refOf({ saga, input }: Pick<StepContext<RequestedAttachment>, 'saga' | 'input'>): AttachmentRef {
  return { tenant: saga.tenant, ticketId: input.ticketId, id: input.attachmentId }
}

/** The saga's attachment as it is now. Throws `Error` when it has no row; attachment rows are never deleted. */
export async function readAttachment(context: StepContext<RequestedAttachment>): Promise<StoredAttachment> {
  const attachment = await readRow(context.store, attachmentRow(refOf(context)))
  if (!attachment) throw attachmentMissing(refOf(context))
  return attachment
}

/** The error that an attachment of a saga has no row. */
export function attachmentMissing({ tenant, ticketId, id }: AttachmentRef): Error {
  return new Error(
    `attachment ${id} of ticket ${ticketId} in tenant ${tenant} has no row, although such rows are never deleted: restore it (docs/restore.md), then resume the saga if it was parked`,
  )
}
