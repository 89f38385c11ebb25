import { http } from '../../app/http/http.ts'
import { listEvents } from './list-events.ts'

export const handler = http(listEvents)
