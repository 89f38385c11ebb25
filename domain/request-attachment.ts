import type { Attachment, AttachmentPromise } from './attachment.ts'
import { nextVersion, requireChangeable, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused } from './decision.ts'
import type { Ticket } from './ticket.ts'

/** Asks for a slot to upload a file to. That the request is on the ticket's record is a change of the ticket. */
export function requestAttachment(
  state: TicketState,
  { fileName, contentType, sizeBytes, sha256, by, at, ids }: AttachmentPromise & CommandMetadata,
): Decision<{ attachment: Attachment; ticket: Ticket }> {
  const current = requireChangeable(state.ticket, by)
  if ('refusal' in current) return refused(current.refusal)
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
  }
  return changed(
    { type: 'ticket.attachment_requested', data: { attachmentId: attachment.id, contentType, sizeBytes } },
    [
      { operation: 'put', entity: 'ticket', ticket },
      { operation: 'put', entity: 'attachment', attachment },
    ],
    { attachment, ticket },
  )
}
