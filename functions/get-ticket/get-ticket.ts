import { everyRole } from '../../app/http/endpoint.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { readOrConfirmAbsent } from '../../app/http/read-or-confirm-absent.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { TicketWithBody, toTicketWithBody } from '../../app/http/ticket-resource.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import { messageRow } from '../../tables/tickets.ts'

/** One ticket with its opening text, which is the message of the ticket's first event. */
export const getTicket = readEndpoint('get-ticket', {
  summary: 'Get a ticket',
  roles: everyRole,
  params: ticketParams,
  async respond({ ticketId, caller }, store) {
    const opening = messageRow(caller.tenant, ticketId, 1)
    const [ticket, message] = await Promise.all([
      readVisibleTicket(store, caller, ticketId),
      readOrConfirmAbsent(store, opening),
    ])
    if (!message) throw new Error(`ticket ${ticketId} has no opening text`)
    return jsonResponse(toTicketWithBody(ticket, message.body), { version: ticket.version })
  },
  success: { status: 200, schema: TicketWithBody },
})
