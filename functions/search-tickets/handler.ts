import { httpHandler } from '../../app/http/http-handler.ts'
import { searchTickets } from './search-tickets.ts'

export const handler = httpHandler(searchTickets)
