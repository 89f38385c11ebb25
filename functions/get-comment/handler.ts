import { http } from '../../app/http/http.ts'
import { getComment } from './get-comment.ts'

export const handler = http(getComment)
