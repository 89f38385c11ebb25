import type { Attachment } from './attachment.ts'
import { nextVersion } from './changeable-ticket.ts'
import { changed, type Decision, refused } from './decision.ts'
import type { Ticket } from './ticket.ts'

/**
 * Takes a file away from its ticket, by the removal that marked it. Refused when the ticket was closed in the meantime, unless the system
 * takes the file back.
 */
export function removeAttachment(
  { ticket, attachment }: { ticket?: Ticket | undefined; attachment?: Attachment | undefined },
  { at, removalSeq }: { at: string; removalSeq: number },
): Decision<Attachment> {
  if (!ticket) return refused({ why: 'not-found', what: 'ticket' })
  if (attachment?.state !== 'removing' || attachment.removalSeq !== removalSeq)
    return refused({ why: 'not-found', what: 'attachment' })
  const { id: attachmentId, contentType, sizeBytes, removalWhy: why } = attachment
  if (ticket.status === 'closed' && why === undefined) return refused({ why: 'ticket-closed' })
  const removed: Attachment = { ...attachment, state: 'removed', removedAt: at }
  return changed(
    { type: 'ticket.attachment_removed', data: { attachmentId, contentType, sizeBytes, ...(why && { why }) } },
    [
      { operation: 'put', entity: 'ticket', ticket: nextVersion(ticket, at) },
      { operation: 'put', entity: 'attachment', attachment: removed },
    ],
    removed,
  )
}
