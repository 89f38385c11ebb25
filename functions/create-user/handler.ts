import { httpHandler } from '../../app/http/http-handler.ts'
import { createUser } from './create-user.ts'

export const handler = httpHandler(createUser)
