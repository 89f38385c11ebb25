import { httpHandler } from '../../app/http/http-handler.ts'
import { deactivateUser } from './deactivate-user.ts'

export const handler = httpHandler(deactivateUser)
