import { consumerHandler } from '../../app/consume/consumer-handler.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'

export const handler = consumerHandler(unassignTickets)
