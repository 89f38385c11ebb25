import * as z from 'zod'
import { everyRole } from '../../app/http/endpoint.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { CommentResource, toCommentResource } from '../../app/http/ticket-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/add-comment.ts'
import { claimDaysMax, TimeWithOffset } from '../../domain/claimed-time.ts'
import { Body } from '../../domain/text.ts'
import { ticketRow } from '../../tables/tickets.ts'

/** Adds a comment to a ticket. A comment increments the ticket's version, so the ETag is the ticket's. */
export const addComment = writeEndpoint('add-comment', {
  summary: 'Add a comment to a ticket',
  roles: everyRole,
  params: ticketParams,
  body: z.strictObject({
    body: Body,
    occurredAt: TimeWithOffset.optional().meta({
      description: `When it was written, where that was before it comes in, as of an imported e-mail: at most ${claimDaysMax} days back. For agents and admins.`,
    }),
  }),
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId }) => ({ ticket: ticketRow(tenant, ticketId) }),
  decide: domain.addComment,
  respond: ({ comment, ticket }, { path }) =>
    jsonResponse(toCommentResource(comment), {
      status: 201,
      version: ticket.version,
      location: `${path}/${comment.id}`,
    }),
  success: { status: 201, schema: CommentResource },
})
