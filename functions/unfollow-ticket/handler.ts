import { http } from '../../app/http/http.ts'
import { unfollowTicket } from './unfollow-ticket.ts'

export const handler = http(unfollowTicket)
