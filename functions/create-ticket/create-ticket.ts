import { z } from 'zod'
import { openTicket } from '../../domain/open-ticket.ts'
import { Body, Title } from '../../domain/text.ts'
import { Priority } from '../../domain/ticket.ts'
import { json } from '../http/answer.ts'
import { everyRole } from '../http/endpoint.ts'
import { write } from '../http/write.ts'

/** Opens a ticket in the caller's tenant. */
export const createTicket = write({
  operation: 'POST /tickets',
  summary: 'Opens a ticket',
  roles: everyRole,
  body: z.strictObject({ title: Title, body: Body, priority: Priority.default('normal') }),
  aggregate: ({ ids }) => ({ type: 'ticket', id: ids.target }),
  reads: () => ({}),
  decide: openTicket,
  answer: (ticket, { path }) =>
    json(ticket, { status: 201, version: ticket.version, location: `${path}/${ticket.id}` }),
  success: { status: 201 },
})
