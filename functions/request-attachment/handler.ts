import { http } from '../http/http.ts'
import { requestAttachment } from './request-attachment.ts'

export const handler = http(requestAttachment)
