import { httpHandler } from '../../app/http/http-handler.ts'
import { getOpenapi } from './get-openapi.ts'

export const handler = httpHandler(getOpenapi)
