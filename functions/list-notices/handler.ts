import { http } from '../../app/http/http.ts'
import { listNotices } from './list-notices.ts'

export const handler = http(listNotices)
