import { httpHandler } from '../../app/http/http-handler.ts'
import { listBlockedAggregates } from './list-blocked-aggregates.ts'

export const handler = httpHandler(listBlockedAggregates)
