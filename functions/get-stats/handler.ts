import { http } from '../http/http.ts'
import { getStats } from './get-stats.ts'

export const handler = http(getStats)
