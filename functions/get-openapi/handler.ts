import { http } from '../../app/http/http.ts'
import { getOpenapi } from './get-openapi.ts'

export const handler = http(getOpenapi)
