import * as z from 'zod'
import { everyRole } from '../../app/http/endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { TicketWithBody, toTicketWithBody } from '../../app/http/ticket-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import { openTicket } from '../../domain/open-ticket.ts'
import { Body, Title } from '../../domain/text.ts'
import { Priority } from '../../domain/ticket.ts'

/** Opens a ticket in the caller's tenant. */
export const createTicket = writeEndpoint('create-ticket', {
  summary: 'Open a ticket',
  roles: everyRole,
  body: z.strictObject({ title: Title, body: Body, priority: Priority.default('normal') }),
  aggregate: ({ ids }) => ({ type: 'ticket', id: ids.target }),
  reads: () => ({}),
  decide: openTicket,
  respond: ({ body, ...ticket }, { path }) =>
    jsonResponse(toTicketWithBody(ticket, body), {
      status: 201,
      version: ticket.version,
      location: `${path}/${ticket.id}`,
    }),
  success: { status: 201, schema: TicketWithBody },
})
