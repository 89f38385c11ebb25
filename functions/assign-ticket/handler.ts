import { httpHandler } from '../../app/http/http-handler.ts'
import { assignTicket } from './assign-ticket.ts'

export const handler = httpHandler(assignTicket)
