import { http } from '../../app/http/http.ts'
import { getUser } from './get-user.ts'

export const handler = http(getUser)
