import { httpHandler } from '../../app/http/http-handler.ts'
import { readNotice } from './read-notice.ts'

export const handler = httpHandler(readNotice)
