import { httpHandler } from '../../app/http/http-handler.ts'
import { unfollowTicket } from './unfollow-ticket.ts'

export const handler = httpHandler(unfollowTicket)
