import { consumes } from '../consume/lambda.ts'
import { unassignTickets } from './unassign-tickets.ts'

export const handler = consumes(unassignTickets)
