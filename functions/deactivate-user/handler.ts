import { http } from '../../app/http/http.ts'
import { deactivateUser } from './deactivate-user.ts'

export const handler = http(deactivateUser)
