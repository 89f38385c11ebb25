import { httpHandler } from '../../app/http/http-handler.ts'
import { putHold } from './put-hold.ts'

export const handler = httpHandler(putHold)
