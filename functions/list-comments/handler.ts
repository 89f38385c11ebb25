import { httpHandler } from '../../app/http/http-handler.ts'
import { listComments } from './list-comments.ts'

export const handler = httpHandler(listComments)
