import { maySee } from './actor.ts'
import type { Attachment } from './attachment.ts'
import { checkChangeable, nextVersion, type TicketState } from './changeable-ticket.ts'
import type { CommandMetadata } from './command-metadata.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import type { Ticket } from './ticket.ts'
import { roomRefusal } from './ticket-limits.ts'

export interface RequestRemovalState extends TicketState {
  attachment?: Attachment | undefined
}

/**
 * Marks a ready attachment as `removing`, for its uploader, agents and admins. The request is an event of the ticket, and starts the
 * removal saga. From here on no download URL is issued. Changes nothing when the attachment is being removed or was removed already.
 */
export function requestRemoval(
  { ticket: before, attachment }: RequestRemovalState,
  { by, at }: CommandMetadata,
): Decision<{ attachment: Attachment; ticket: Ticket }> {
  if (!before || !maySee(by, before)) return refused({ why: 'not-found', what: 'ticket' })
  if (!attachment) return refused({ why: 'not-found', what: 'attachment' })
  if (by.role === 'customer' && attachment.requestedBy !== by.id)
    return refused({ why: 'forbidden', detail: 'Customers may remove only the files that they uploaded.' })
  const current = checkChangeable(before, by)
  if ('refusal' in current) return refused(current.refusal)
  const { id: attachmentId, contentType, sizeBytes, state } = attachment
  if (state === 'removing' || state === 'removed') return unchanged({ attachment, ticket: current.ticket })
  if (state !== 'ready') return refused({ why: 'attachment-not-ready', state })
  const full = roomRefusal(current.ticket, 'handling')
  if (full) return refused(full)
  const ticket = nextVersion(current.ticket, at)
  const removing: Attachment = {
    ...attachment,
    state: 'removing',
    removalSeq: ticket.version,
    removalRequestedBy: by.id,
  }
  return changed(
    { type: 'ticket.attachment_removal_requested', data: { attachmentId, contentType, sizeBytes } },
    [
      { operation: 'put', entity: 'ticket', ticket },
      { operation: 'put', entity: 'attachment', attachment: removing },
    ],
    { attachment: removing, ticket },
  )
}
