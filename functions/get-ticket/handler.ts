import { httpHandler } from '../../app/http/http-handler.ts'
import { getTicket } from './get-ticket.ts'

export const handler = httpHandler(getTicket)
