import * as z from 'zod'
import { json } from '../../app/http/answer.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { ticketParams } from '../../app/http/params.ts'
import { CommentResource, commentResource } from '../../app/http/ticket-resource.ts'
import { write } from '../../app/http/write.ts'
import * as domain from '../../domain/add-comment.ts'
import { Body } from '../../domain/text.ts'
import { ticketRow } from '../../tables/tickets.ts'

/** Adds a comment to a ticket; the ETag is the ticket's, whose version a comment raises. */
export const addComment = write('add-comment', {
  summary: 'Adds a comment to a ticket',
  roles: everyRole,
  params: ticketParams,
  body: z.strictObject({ body: Body }),
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId }) => ({ ticket: ticketRow(tenant, ticketId) }),
  decide: domain.addComment,
  answer: ({ comment, ticket }, { path }) =>
    json(commentResource(comment), { status: 201, version: ticket.version, location: `${path}/${comment.id}` }),
  success: { status: 201, schema: CommentResource },
})
