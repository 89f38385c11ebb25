import { httpHandler } from '../../app/http/http-handler.ts'
import { getComment } from './get-comment.ts'

export const handler = httpHandler(getComment)
