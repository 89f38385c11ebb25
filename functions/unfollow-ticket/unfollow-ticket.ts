import { everyRole } from '../../app/http/endpoint.ts'
import { followerParams } from '../../app/http/path-params.ts'
import { TicketResource, ticketResponse } from '../../app/http/ticket-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/unfollow-ticket.ts'
import { followerRow, ticketRow } from '../../tables/tickets.ts'

/** Stops a user hearing of a ticket; what never began is stopped already. */
export const unfollowTicket = writeEndpoint('unfollow-ticket', {
  summary: 'Stops a user hearing of a ticket',
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
