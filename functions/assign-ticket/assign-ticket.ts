import * as z from 'zod'
import { agents } from '../../app/http/endpoint.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { TicketResource, ticketResponse } from '../../app/http/ticket-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/assign-ticket.ts'
import { UserId } from '../../domain/ids.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'

/** Assigns a ticket to an active agent or admin of the tenant. */
export const assignTicket = writeEndpoint('assign-ticket', {
  summary: 'Assign a ticket to an active agent',
  roles: agents,
  params: ticketParams,
  body: z.strictObject({ userId: UserId }),
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId, userId }) => ({
    ticket: ticketRow(tenant, ticketId),
    assignee: userRow(tenant, userId),
  }),
  decide: domain.assignTicket,
  respond: ticketResponse,
  success: { status: 200, schema: TicketResource },
})
