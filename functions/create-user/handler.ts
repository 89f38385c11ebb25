import { http } from '../../app/http/http.ts'
import { createUser } from './create-user.ts'

export const handler = http(createUser)
