import type { Attachment } from './attachment.ts'
import { nextVersion } from './changeable-ticket.ts'
import { changed, type Decision, refused } from './decision.ts'
import type { Ticket } from './ticket.ts'

/**
 * Adds an inspected file, the bytes with this ETag, to its ticket. Refused when the ticket was closed in the meantime, as a comment would
 * be.
 */
export function addAttachment(
  { ticket, attachment }: { ticket?: Ticket | undefined; attachment?: Attachment | undefined },
  { at, etag }: { at: string; etag?: string },
): Decision<Attachment> {
  if (!ticket || attachment?.state !== 'inspecting') return refused({ why: 'not-found', what: 'ticket' })
  if (ticket.status === 'closed') return refused({ why: 'ticket-closed' })
  const ready: Attachment = { ...attachment, state: 'ready', readyAt: at, ...(etag !== undefined && { etag }) }
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
