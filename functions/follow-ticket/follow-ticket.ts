import { everyRole } from '../../app/http/endpoint.ts'
import { followerParams } from '../../app/http/path-params.ts'
import { TicketResource, ticketResponse } from '../../app/http/ticket-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/follow-ticket.ts'
import { followerRow, ticketRow } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'

/** Makes an active user of the tenant a follower, who is notified of changes. Customers can add only themselves. */
export const followTicket = writeEndpoint('follow-ticket', {
  summary: 'Add a follower to a ticket',
  roles: everyRole,
  params: followerParams,
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId, userId }) => ({
    ticket: ticketRow(tenant, ticketId),
    user: userRow(tenant, userId),
    follower: followerRow(tenant, ticketId, userId),
  }),
  decide: domain.followTicket,
  respond: ticketResponse,
  success: { status: 200, schema: TicketResource },
})
