import * as z from 'zod'
import { agents } from '../../app/http/endpoint.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { TicketResource, ticketResponse } from '../../app/http/ticket-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/change-status.ts'
import { Reason } from '../../domain/text.ts'
import { Status } from '../../domain/ticket.ts'
import { ticketRow } from '../../tables/tickets.ts'

/** Changes a ticket's status along the transition table (`domain/ticket-status.ts`). A reason is required. */
export const changeStatus = writeEndpoint('change-status', {
  summary: "Change a ticket's status",
  roles: agents,
  params: ticketParams,
  body: z.strictObject({ to: Status, reason: Reason }),
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  reads: (tenant, { ticketId }) => ({ ticket: ticketRow(tenant, ticketId) }),
  decide: domain.changeStatus,
  respond: ticketResponse,
  success: { status: 200, schema: TicketResource },
})
