import { http } from '../http/http.ts'
import { getOpenapi } from './get-openapi.ts'

export const handler = http(getOpenapi)
