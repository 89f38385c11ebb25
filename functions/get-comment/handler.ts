import { http } from '../http/http.ts'
import { getComment } from './get-comment.ts'

export const handler = http(getComment)
