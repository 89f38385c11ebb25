import { json } from '../../app/http/answer.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { ticketParams } from '../../app/http/params.ts'
import { read } from '../../app/http/read.ts'
import { TicketWithBody, ticketWithBody } from '../../app/http/ticket-resource.ts'
import { visibleTicket } from '../../app/http/visible-ticket.ts'
import { messageRow } from '../../tables/tickets.ts'

/** One ticket with its opening text, which is the message of its first event. */
export const getTicket = read('get-ticket', {
  summary: 'Reads a ticket',
  roles: everyRole,
  params: ticketParams,
  async answer({ ticketId, caller }, store) {
    const opening = messageRow(caller.tenant, ticketId, 1)
    const [ticket, message] = await Promise.all([visibleTicket(store, caller, ticketId), store.get(opening)])
    if (!message) throw new Error(`ticket ${ticketId} has no opening text`)
    return json(ticketWithBody(ticket, opening.parse(message).body), { version: ticket.version })
  },
  success: { status: 200, schema: TicketWithBody },
})
