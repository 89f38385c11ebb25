import { httpHandler } from '../../app/http/http-handler.ts'
import { getWorkList } from './get-work-list.ts'

export const handler = httpHandler(getWorkList)
