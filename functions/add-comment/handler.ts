import { httpHandler } from '../../app/http/http-handler.ts'
import { addComment } from './add-comment.ts'

export const handler = httpHandler(addComment)
