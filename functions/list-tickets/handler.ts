import { http } from '../../app/http/http.ts'
import { listTickets } from './list-tickets.ts'

export const handler = http(listTickets)
