import { httpHandler } from '../../app/http/http-handler.ts'
import { getStats } from './get-stats.ts'

export const handler = httpHandler(getStats)
