import * as z from 'zod'
import * as domain from '../../domain/assign-ticket.ts'
import { UserId } from '../../domain/ids.ts'
import { ticketRow, userRow } from '../../tables/tickets.ts'
import { agents } from '../http/endpoint.ts'
import { ticketParams } from '../http/params.ts'
import { changedTicket, TicketResource } from '../http/ticket-resource.ts'
import { write } from '../http/write.ts'

/** Hands a ticket to an active agent of the tenant. */
export const assignTicket = write({
  operation: 'PUT /tickets/{ticketId}/assignee',
  summary: 'Assigns a ticket to an active agent',
  roles: agents,
  params: ticketParams,
  body: z.strictObject({ userId: UserId }),
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId, userId }) => ({
    ticket: ticketRow(tenant, ticketId),
    assignee: userRow(tenant, userId),
  }),
  decide: domain.assignTicket,
  answer: changedTicket,
  success: { status: 200, schema: TicketResource },
})
