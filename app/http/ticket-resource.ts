import * as z from 'zod'
import { UserId } from '../../domain/ids.ts'
import { Body } from '../../domain/text.ts'
import { Message, Ticket } from '../../domain/ticket.ts'
import { type Answer, json } from './answer.ts'

const { id, title, ...facts } = Ticket.shape
const others = { ...facts, assignee: UserId.nullable() }

/** A ticket as callers see it: `assignee` is null where nobody has it. Its body comes with one ticket only, not in lists and changes. */
export const TicketResource = z
  .strictObject({ id, title, ...others })
  .meta({ id: 'Ticket', description: 'A ticket. `version` counts its changes and is its ETag.' })

export const TicketWithBody = z
  .strictObject({ id, title, body: Body, ...others })
  .meta({ id: 'TicketWithBody', description: 'A ticket with its opening text.' })

export function ticketResource(ticket: Ticket): z.infer<typeof TicketResource> {
  const { id, title, status, priority, requester, assignee = null, version, openedAt, updatedAt } = ticket
  return { id, title, status, priority, requester, assignee, version, openedAt, updatedAt }
}

/** What every accepted change of a ticket answers. */
export function changedTicket(ticket: Ticket): Answer {
  return json(ticketResource(ticket), { version: ticket.version })
}

export function ticketWithBody(ticket: Ticket, body: string): z.infer<typeof TicketWithBody> {
  const { id, title, ...rest } = ticketResource(ticket)
  return { id, title, body, ...rest }
}

/** A comment as callers see it. */
export const CommentResource = z
  .strictObject({
    id: Message.shape.id,
    ticketId: Message.shape.ticketId,
    author: Message.shape.author,
    body: Body,
    createdAt: Message.shape.createdAt,
  })
  .meta({ id: 'Comment', description: 'What one person said about a ticket.' })

export function commentResource({ id, ticketId, author, body, createdAt }: Message): z.infer<typeof CommentResource> {
  return { id, ticketId, author, body, createdAt }
}
