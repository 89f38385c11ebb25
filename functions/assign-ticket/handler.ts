import { http } from '../http/http.ts'
import { assignTicket } from './assign-ticket.ts'

export const handler = http(assignTicket)
