import * as z from 'zod'
import { UserId } from '../../domain/ids.ts'
import { Body } from '../../domain/text.ts'
import { Message, Ticket } from '../../domain/ticket.ts'
import { type ApiResponse, jsonResponse } from './response.ts'

const { id, title, followerCount: _, eventHash: __, priorityScale: ___, ...optionalAssignee } = Ticket.shape
const header = { ...optionalAssignee, assignee: UserId.nullable() }

/** A ticket in lists and in responses to changes: without its opening text. `assignee` is null when it is unassigned. */
export const TicketResource = z
  .strictObject({ id, title, ...header })
  .meta({ id: 'Ticket', description: 'A ticket. `version` counts its changes and is its ETag.' })

export const TicketWithBody = z
  .strictObject({ id, title, body: Body, ...header })
  .meta({ id: 'TicketWithBody', description: 'A ticket with its opening text.' })

export function toTicketResource(ticket: Ticket): z.infer<typeof TicketResource> {
  const { id, title, status, priority, requester, assignee = null, version, openedAt, updatedAt } = ticket
  return { id, title, status, priority, requester, assignee, version, openedAt, updatedAt }
}

/** The response to a change of a ticket. */
export function ticketResponse(ticket: Ticket): ApiResponse {
  return jsonResponse(toTicketResource(ticket), { version: ticket.version })
}

export function toTicketWithBody(ticket: Ticket, body: string): z.infer<typeof TicketWithBody> {
  const { id, title, ...header } = toTicketResource(ticket)
  return { id, title, body, ...header }
}

export const CommentResource = z
  .strictObject({
    id: Message.shape.id,
    ticketId: Message.shape.ticketId,
    author: Message.shape.author,
    body: Body,
    createdAt: z.iso.datetime().meta({ description: 'When it came in.' }),
    occurredAt: z.iso.datetime().meta({
      description: 'Event time: when it was written. That is when it came in, unless the request said otherwise.',
    }),
  })
  .meta({ id: 'Comment', description: 'A comment on a ticket.' })

export function toCommentResource(comment: Message): z.infer<typeof CommentResource> {
  const { id, ticketId, author, body, createdAt, occurredAt = createdAt } = comment
  return { id, ticketId, author, body, createdAt, occurredAt }
}
