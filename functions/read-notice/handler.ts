import { http } from '../../app/http/http.ts'
import { readNotice } from './read-notice.ts'

export const handler = http(readNotice)
