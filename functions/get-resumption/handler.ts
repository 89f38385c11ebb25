import { httpHandler } from '../../app/http/http-handler.ts'
import { getResumption } from './get-resumption.ts'

export const handler = httpHandler(getResumption)
