import { httpHandler } from '../../app/http/http-handler.ts'
import { putSlaPolicy } from './put-sla-policy.ts'

export const handler = httpHandler(putSlaPolicy)
