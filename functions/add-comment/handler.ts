import { http } from '../../app/http/http.ts'
import { addComment } from './add-comment.ts'

export const handler = http(addComment)
