import { http } from '../../app/http/http.ts'
import { followTicket } from './follow-ticket.ts'

export const handler = http(followTicket)
