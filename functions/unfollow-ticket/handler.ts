import { http } from '../http/http.ts'
import { unfollowTicket } from './unfollow-ticket.ts'

export const handler = http(unfollowTicket)
