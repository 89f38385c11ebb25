import { httpHandler } from '../../app/http/http-handler.ts'
import { followTicket } from './follow-ticket.ts'

export const handler = httpHandler(followTicket)
