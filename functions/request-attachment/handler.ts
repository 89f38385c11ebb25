import { httpHandler } from '../../app/http/http-handler.ts'
import { requestAttachment } from './request-attachment.ts'

export const handler = httpHandler(requestAttachment)
