import { http } from '../http/http.ts'
import { createTicket } from './create-ticket.ts'

export const handler = http(createTicket)
