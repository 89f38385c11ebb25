import { everyRole } from '../../app/http/endpoint.ts'
import { followerParams } from '../../app/http/path-params.ts'
import { TicketResource, ticketResponse } from '../../app/http/ticket-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/unfollow-ticket.ts'
import { followerRow, ticketRow } from '../../tables/tickets.ts'

/** Removes a follower. Removing a user who does not follow changes nothing. */
export const unfollowTicket = writeEndpoint('unfollow-ticket', {
  summary: 'Remove a follower from a ticket',
  roles: everyRole,
  params: followerParams,
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId, userId }) => ({
    ticket: ticketRow(tenant, ticketId),
    follower: followerRow(tenant, ticketId, userId),
  }),
  decide: domain.unfollowTicket,
  respond: ticketResponse,
  success: { status: 200, schema: TicketResource },
})
