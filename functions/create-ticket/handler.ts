import { http } from '../../app/http/http.ts'
import { createTicket } from './create-ticket.ts'

export const handler = http(createTicket)
