import * as domain from '../../domain/follow-ticket.ts'
import { followerRow, ticketRow, userRow } from '../../tables/tickets.ts'
import { everyRole } from '../http/endpoint.ts'
import { followerParams } from '../http/params.ts'
import { changedTicket, TicketResource } from '../http/ticket-resource.ts'
import { write } from '../http/write.ts'

/** Lets an active user of the tenant hear of a ticket; customers only themselves. */
export const followTicket = write({
  operation: 'PUT /tickets/{ticketId}/followers/{userId}',
  summary: 'Lets a user hear of a ticket',
  roles: everyRole,
  params: followerParams,
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId, userId }) => ({
    ticket: ticketRow(tenant, ticketId),
    user: userRow(tenant, userId),
    follower: followerRow(tenant, ticketId, userId),
  }),
  decide: domain.followTicket,
  answer: changedTicket,
  success: { status: 200, schema: TicketResource },
})
