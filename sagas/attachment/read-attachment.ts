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
  if (!attachment) throw new Error('the attachment has no row')
  return attachment
}
