import { httpHandler } from '../../app/http/http-handler.ts'
import { removeAttachment } from './remove-attachment.ts'

export const handler = httpHandler(removeAttachment)
