import { http } from '../../app/http/http.ts'
import { assignTicket } from './assign-ticket.ts'

export const handler = http(assignTicket)
