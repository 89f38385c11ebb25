import { http } from '../../app/http/http.ts'
import { getTicket } from './get-ticket.ts'

export const handler = http(getTicket)
