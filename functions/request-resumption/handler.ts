import { httpHandler } from '../../app/http/http-handler.ts'
import { requestResumption } from './request-resumption.ts'

export const handler = httpHandler(requestResumption)
