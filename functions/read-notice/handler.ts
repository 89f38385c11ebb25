import { http } from '../http/http.ts'
import { readNotice } from './read-notice.ts'

export const handler = http(readNotice)
