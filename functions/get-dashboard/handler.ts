import { httpHandler } from '../../app/http/http-handler.ts'
import { getDashboard } from './get-dashboard.ts'

export const handler = httpHandler(getDashboard)
