import { http } from '../../app/http/http.ts'
import { requestAttachment } from './request-attachment.ts'

export const handler = http(requestAttachment)
