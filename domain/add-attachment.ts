import type { Attachment } from './attachment.ts'
import { nextVersion } from './changeable-ticket.ts'
import { changed, type Decision, refused } from './decision.ts'
import type { Ticket } from './ticket.ts'

/**
 * Makes an inspected file part of its ticket. The ticket must still be open to changes: one that was closed meanwhile takes no file,
 * as it takes no comment.
 */
export function addAttachment(
  { ticket, attachment }: { ticket?: Ticket | undefined; attachment?: Attachment | undefined },
  { at }: { at: string },
): Decision<Attachment> {
  if (!ticket || attachment?.state !== 'inspecting') return refused({ why: 'not-found', what: 'ticket' })
  if (ticket.status === 'closed') return refused({ why: 'ticket-closed' })
  const ready: Attachment = { ...attachment, state: 'ready', readyAt: at }
  const { id: attachmentId, contentType, sizeBytes } = attachment
  return changed(
    { type: 'ticket.attachment_added', data: { attachmentId, contentType, sizeBytes } },
    [
      { operation: 'put', entity: 'ticket', ticket: nextVersion(ticket, at) },
      { operation: 'put', entity: 'attachment', attachment: ready },
    ],
    ready,
  )
}
