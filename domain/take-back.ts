import { systemActor } from './actor.ts'
import type { Attachment } from './attachment.ts'
import { nextVersion, type TicketState } from './changeable-ticket.ts'
import { changed, type Decision, refused, unchanged } from './decision.ts'
import { infectedReason } from './scan-verdict.ts'
import type { Ticket } from './ticket.ts'

/** A file with the threat that was found in the bytes that became part of the ticket. */
export type FoundFile = Attachment & { infection?: string | undefined }

/** Whether malware was found in a file that is part of its ticket, and the system does not take it back yet. */
export function mustBeTakenBack({ state, infection, removalWhy }: FoundFile): boolean {
  if (infection === undefined) return false
  return state === 'ready' || (state === 'removing' && removalWhy === undefined)
}

/**
 * Takes back a file in which malware was found after it had become part of its ticket: marks it as `removing`, and the event starts the
 * removal saga. Unlike a person's request it is allowed on a closed ticket, too. It takes over a removal that a person requested, as that
 * one is given up when the ticket is closed. Changes nothing when there is nothing to take back, or it is being taken back.
 */
export function takeBack(
  { ticket: before, attachment }: TicketState & { attachment?: FoundFile | undefined },
  { at }: { at: string },
): Decision<Ticket> {
  if (!before) return refused({ why: 'not-found', what: 'ticket' })
  if (!attachment) return refused({ why: 'not-found', what: 'attachment' })
  const { id: attachmentId, contentType, sizeBytes, infection } = attachment
  if (infection === undefined || !mustBeTakenBack(attachment)) return unchanged(before)
  const ticket = nextVersion(before, at)
  const removing: Attachment = {
    ...attachment,
    state: 'removing',
    removalSeq: ticket.version,
    removalRequestedBy: systemActor.id,
    removalWhy: 'infected',
    reason: infectedReason(infection),
  }
  return changed(
    {
      type: 'ticket.attachment_removal_requested',
      data: { attachmentId, contentType, sizeBytes, why: 'infected' },
    },
    [
      { operation: 'put', entity: 'ticket', ticket },
      { operation: 'put', entity: 'attachment', attachment: removing },
    ],
    ticket,
  )
}
