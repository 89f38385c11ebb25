import { http } from '../../app/http/http.ts'
import { getStats } from './get-stats.ts'

export const handler = http(getStats)
