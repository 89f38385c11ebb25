import type { TicketEventType } from '../../domain/event.ts'
import type { Ticket } from '../../domain/ticket.ts'

/** What an e-mail says, by event type. It quotes only the title of what people wrote, as mailboxes are beyond erasure. */
const news: Record<TicketEventType, string> = {
  'ticket.opened': 'The ticket was opened.',
  'ticket.comment_added': 'There is a new comment.',
  'ticket.attachment_requested': 'The upload of a file was requested.',
  'ticket.attachment_added': 'A file was attached.',
  'ticket.attachment_removal_requested': 'The removal of a file was requested.',
  'ticket.attachment_removed': 'A file was removed.',
  'ticket.status_changed': 'Its status has changed.',
  'ticket.assigned': 'It was assigned.',
  'ticket.unassigned': 'It is not assigned to anyone any more.',
  'ticket.corrected': 'A mistake in its record was corrected.',
  'ticket.follower_added': 'Someone follows it.',
  'ticket.follower_removed': 'Someone stopped following it.',
}

/** Subject and text of the e-mail about one event of a ticket. */
export function mailText(
  type: TicketEventType,
  { id, title }: Pick<Ticket, 'id' | 'title'>,
): { subject: string; text: string } {
  const subject = `[${id}] ${title.replaceAll(/\s+/gu, ' ').trim()}`
  const text = `${news[type]}\n\nTicket ${id}: ${title}\n`
  return { subject, text }
}
