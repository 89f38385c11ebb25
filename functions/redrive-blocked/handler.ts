import { httpHandler } from '../../app/http/http-handler.ts'
import { redriveBlocked } from './redrive-blocked.ts'

export const handler = httpHandler(redriveBlocked)
