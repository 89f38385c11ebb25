import { httpHandler } from '../../app/http/http-handler.ts'
import { listTickets } from './list-tickets.ts'

export const handler = httpHandler(listTickets)
