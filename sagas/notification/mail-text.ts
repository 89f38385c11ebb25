import type { Ticket } from '../../domain/ticket.ts'

/** What a mail says, by event. Of people's words only the title: mail is kept where nothing can be erased. */
const news: Record<string, string> = {
  'ticket.opened': 'The ticket was opened.',
  'ticket.comment_added': 'There is a new comment.',
  'ticket.attachment_added': 'A file was attached.',
  'ticket.status_changed': 'Its status has changed.',
  'ticket.assigned': 'It was assigned.',
  'ticket.unassigned': 'It is not assigned to anyone any more.',
  'ticket.follower_added': 'Someone follows it.',
  'ticket.follower_removed': 'Someone stopped following it.',
}

/** Subject and text of the mail about one event of a ticket. */
export function mailText(type: string, { id, title }: Pick<Ticket, 'id' | 'title'>): { subject: string; text: string } {
  const subject = `[${id}] ${title.replaceAll(/\s+/gu, ' ').trim()}`
  const text = `${news[type] ?? 'Something has happened.'}\n\nTicket ${id}: ${title}\n`
  return { subject, text }
}
