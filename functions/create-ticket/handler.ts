import { httpHandler } from '../../app/http/http-handler.ts'
import { createTicket } from './create-ticket.ts'

export const handler = httpHandler(createTicket)
