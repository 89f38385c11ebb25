import { httpHandler } from '../../app/http/http-handler.ts'
import { listNotices } from './list-notices.ts'

export const handler = httpHandler(listNotices)
