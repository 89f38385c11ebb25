import { http } from '../http/http.ts'
import { deactivateUser } from './deactivate-user.ts'

export const handler = http(deactivateUser)
