import * as z from 'zod'
import { admins } from '../../app/http/endpoint.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { TicketResource, ticketResponse } from '../../app/http/ticket-resource.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import * as domain from '../../domain/correct-ticket.ts'
import { CorrectableFacts } from '../../domain/correctable-facts.ts'
import { Reason } from '../../domain/text.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { userRow } from '../../tables/users.ts'

const ToCorrect = CorrectableFacts.refine(
  (facts) => Object.values(facts).some((value) => value !== undefined),
  'It must name at least one fact: status, priority or assignee.',
)

/** Corrects what an event of a ticket recorded wrongly, by an event that says so, unless another event has set it since. */
export const correctTicket = writeEndpoint('correct-ticket', {
  summary: 'Correct what an event recorded wrongly',
  roles: admins,
  params: ticketParams,
  body: z.strictObject({
    corrects: z
      .strictObject({ seq: z.int().positive() })
      .meta({ description: 'The event that recorded what is wrong: the ticket must still have it from there.' }),
    to: ToCorrect.meta({
      description: 'What is right. A status can only go back to the one before the event; `null` is no assignee.',
    }),
    reason: Reason,
    notify: z
      .boolean()
      .optional()
      .meta({ description: 'Whether to notify the people whom the ticket concerns; by default nobody is.' }),
  }),
  aggregate: ({ ticketId }) => ({ type: 'ticket', id: ticketId }),
  // Without a new assignee it is the caller's row, which is read anyway.
  reads: (tenant, { ticketId, to }, by) => ({
    ticket: ticketRow(tenant, ticketId),
    assignee: userRow(tenant, to.assignee ?? by.id),
  }),
  eventsFrom: ({ corrects }) => corrects.seq,
  decide: domain.correctTicket,
  respond: ticketResponse,
  success: { status: 200, schema: TicketResource },
})
