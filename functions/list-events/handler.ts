import { http } from '../http/http.ts'
import { listEvents } from './list-events.ts'

export const handler = http(listEvents)
