import { http } from '../../app/http/http.ts'
import { listComments } from './list-comments.ts'

export const handler = http(listComments)
