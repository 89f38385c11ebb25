import * as z from 'zod'
import { json } from '../../app/http/answer.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { TicketWithBody, ticketWithBody } from '../../app/http/ticket-resource.ts'
import { write } from '../../app/http/write.ts'
import { openTicket } from '../../domain/open-ticket.ts'
import { Body, Title } from '../../domain/text.ts'
import { Priority } from '../../domain/ticket.ts'

/** Opens a ticket in the caller's tenant. */
export const createTicket = write('create-ticket', {
  summary: 'Opens a ticket',
  roles: everyRole,
  body: z.strictObject({ title: Title, body: Body, priority: Priority.default('normal') }),
  aggregate: ({ ids }) => ({ type: 'ticket', id: ids.target }),
  reads: () => ({}),
  decide: openTicket,
  answer: ({ body, ...ticket }, { path }) =>
    json(ticketWithBody(ticket, body), { status: 201, version: ticket.version, location: `${path}/${ticket.id}` }),
  success: { status: 201, schema: TicketWithBody },
})
