import type { Attachment, AttachmentPromise } from './attachment.ts'
import type { By } from './command.ts'
import { changed, type Decision, refused } from './decision.ts'
import type { Ticket } from './ticket.ts'
import { advance, type TicketState, touch } from './touch-ticket.ts'

/** Asks for a slot to upload a file to. That the request is on the ticket's record is a change of the ticket. */
export function requestAttachment(
  state: TicketState,
  { fileName, contentType, sizeBytes, sha256, by, at, ids }: AttachmentPromise & By,
): Decision<{ attachment: Attachment; ticket: Ticket }> {
  const touched = touch(state.ticket, by)
  if ('refusal' in touched) return refused(touched.refusal)
  const ticket = advance(touched.ticket, at)
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
      { row: 'ticket', ticket },
      { row: 'attachment', attachment },
    ],
    { attachment, ticket },
  )
}
