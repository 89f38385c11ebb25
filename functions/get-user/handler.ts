import { httpHandler } from '../../app/http/http-handler.ts'
import { getUser } from './get-user.ts'

export const handler = httpHandler(getUser)
