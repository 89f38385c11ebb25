import type { Attachment, FileDeclaration } from './attachment.ts'
import { checkChangeable, nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused } from './decision.ts'
import type { Ticket } from './ticket.ts'
import { roomRefusal } from './ticket-limits.ts'
import { checkUploadQuota, type UploadUsage } from './upload-quota.ts'

/**
 * Requests an upload slot for a file. The request is an event of the ticket, and starts the attachment saga. It counts in the person's
 * quota at once, so a person who requests slots and uploads nothing soon gets no more.
 */
export function requestAttachment(
  state: TicketState & UploadUsage,
  { fileName, contentType, sizeBytes, sha256, by, at, ids }: FileDeclaration & CommandMetadata,
): Decision<{ attachment: Attachment; ticket: Ticket }> {
  const current = checkChangeable(state.ticket, by)
  if ('refusal' in current) return refused(current.refusal)
  const full = roomRefusal(current.ticket, 'content')
  if (full) return refused(full)
  const usedUp = checkUploadQuota(state, { sizeBytes })
  if (usedUp) return refused(usedUp)
  const ticket = nextVersion(current.ticket, at)
  const attachment: Attachment = {
    id: ids.target,
    ticketId: ticket.id,
    seq: ticket.version,
    fileName,
    contentType,
    sizeBytes,
    sha256,
    state: 'requested',
    requestedBy: by.id,
    requestedAt: at,
    isCounted: true,
  }
  return changed(
    { type: 'ticket.attachment_requested', data: { attachmentId: attachment.id, contentType, sizeBytes } },
    [
      { operation: 'put', entity: 'ticket', ticket },
      { operation: 'put', entity: 'attachment', attachment },
      { operation: 'reserve', entity: 'upload', userId: by.id, sizeBytes },
    ],
    { attachment, ticket },
  )
}
