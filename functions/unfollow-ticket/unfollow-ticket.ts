import { everyRole } from '../../app/http/endpoint.ts'
import { followerParams } from '../../app/http/params.ts'
import { changedTicket, TicketResource } from '../../app/http/ticket-resource.ts'
import { write } from '../../app/http/write.ts'
import * as domain from '../../domain/unfollow-ticket.ts'
import { followerRow, ticketRow } from '../../tables/tickets.ts'

/** Stops a user hearing of a ticket; what never began is stopped already. */
export const unfollowTicket = write('unfollow-ticket', {
  summary: 'Stops a user hearing of a ticket',
  roles: everyRole,
  params: followerParams,
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId, userId }) => ({
    ticket: ticketRow(tenant, ticketId),
    follower: followerRow(tenant, ticketId, userId),
  }),
  decide: domain.unfollowTicket,
  answer: changedTicket,
  success: { status: 200, schema: TicketResource },
})
