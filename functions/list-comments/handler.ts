import { http } from '../http/http.ts'
import { listComments } from './list-comments.ts'

export const handler = http(listComments)
