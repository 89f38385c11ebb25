import { addComment } from '../add-comment/add-comment.ts'
import { assignTicket } from '../assign-ticket/assign-ticket.ts'
import { changeStatus } from '../change-status/change-status.ts'
import { createTicket } from '../create-ticket/create-ticket.ts'
import { createUser } from '../create-user/create-user.ts'
import { deactivateUser } from '../deactivate-user/deactivate-user.ts'
import { followTicket } from '../follow-ticket/follow-ticket.ts'
import { getAttachment } from '../get-attachment/get-attachment.ts'
import { getComment } from '../get-comment/get-comment.ts'
import { getSaga } from '../get-saga/get-saga.ts'
import { getStats } from '../get-stats/get-stats.ts'
import { getTicket } from '../get-ticket/get-ticket.ts'
import { getUser } from '../get-user/get-user.ts'
import type { Endpoint } from '../http/endpoint.ts'
import { listComments } from '../list-comments/list-comments.ts'
import { listEvents } from '../list-events/list-events.ts'
import { listNotices } from '../list-notices/list-notices.ts'
import { listSagas } from '../list-sagas/list-sagas.ts'
import { listTickets } from '../list-tickets/list-tickets.ts'
import { putWebhook } from '../put-webhook/put-webhook.ts'
import { readNotice } from '../read-notice/read-notice.ts'
import { removeWebhook } from '../remove-webhook/remove-webhook.ts'
import { requestAttachment } from '../request-attachment/request-attachment.ts'
import { resumeSaga } from '../resume-saga/resume-saga.ts'
import { setPreferences } from '../set-preferences/set-preferences.ts'
import { unfollowTicket } from '../unfollow-ticket/unfollow-ticket.ts'

/** Every operation of the API, in the order in which its description tells them. */
export const endpoints: readonly Endpoint[] = [
  createTicket,
  listTickets,
  getTicket,
  listEvents,
  addComment,
  listComments,
  getComment,
  requestAttachment,
  getAttachment,
  changeStatus,
  assignTicket,
  followTicket,
  unfollowTicket,
  createUser,
  getUser,
  deactivateUser,
  setPreferences,
  listSagas,
  getSaga,
  resumeSaga,
  listNotices,
  readNotice,
  putWebhook,
  removeWebhook,
  getStats,
]
