import type { Endpoint } from '../../app/http/endpoint.ts'
import { addComment } from '../../functions/add-comment/add-comment.ts'
import { assignTicket } from '../../functions/assign-ticket/assign-ticket.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { correctTicket } from '../../functions/correct-ticket/correct-ticket.ts'
import { createTicket } from '../../functions/create-ticket/create-ticket.ts'
import { createUser } from '../../functions/create-user/create-user.ts'
import { deactivateUser } from '../../functions/deactivate-user/deactivate-user.ts'
import { followTicket } from '../../functions/follow-ticket/follow-ticket.ts'
import { getAttachment } from '../../functions/get-attachment/get-attachment.ts'
import { getComment } from '../../functions/get-comment/get-comment.ts'
import { getDashboard } from '../../functions/get-dashboard/get-dashboard.ts'
import { getOpenapi } from '../../functions/get-openapi/get-openapi.ts'
import { getResumption } from '../../functions/get-resumption/get-resumption.ts'
import { getSaga } from '../../functions/get-saga/get-saga.ts'
import { getStats } from '../../functions/get-stats/get-stats.ts'
import { getTicket } from '../../functions/get-ticket/get-ticket.ts'
import { getTicketSla } from '../../functions/get-ticket-sla/get-ticket-sla.ts'
import { getUser } from '../../functions/get-user/get-user.ts'
import { getWorkList } from '../../functions/get-work-list/get-work-list.ts'
import { liftMailSuppression } from '../../functions/lift-mail-suppression/lift-mail-suppression.ts'
import { listBlockedAggregates } from '../../functions/list-blocked-aggregates/list-blocked-aggregates.ts'
import { listComments } from '../../functions/list-comments/list-comments.ts'
import { listEvents } from '../../functions/list-events/list-events.ts'
import { listHolds } from '../../functions/list-holds/list-holds.ts'
import { listLiveSagas } from '../../functions/list-live-sagas/list-live-sagas.ts'
import { listNotices } from '../../functions/list-notices/list-notices.ts'
import { listSagas } from '../../functions/list-sagas/list-sagas.ts'
import { listTickets } from '../../functions/list-tickets/list-tickets.ts'
import { putHold } from '../../functions/put-hold/put-hold.ts'
import { putSlaPolicy } from '../../functions/put-sla-policy/put-sla-policy.ts'
import { putWebhook } from '../../functions/put-webhook/put-webhook.ts'
import { readNotice } from '../../functions/read-notice/read-notice.ts'
import { redriveBlocked } from '../../functions/redrive-blocked/redrive-blocked.ts'
import { releaseHold } from '../../functions/release-hold/release-hold.ts'
import { removeAttachment } from '../../functions/remove-attachment/remove-attachment.ts'
import { removeWebhook } from '../../functions/remove-webhook/remove-webhook.ts'
import { requestAttachment } from '../../functions/request-attachment/request-attachment.ts'
import { requestResumption } from '../../functions/request-resumption/request-resumption.ts'
import { resumeSaga } from '../../functions/resume-saga/resume-saga.ts'
import { rotateWebhookSecret } from '../../functions/rotate-webhook-secret/rotate-webhook-secret.ts'
import { runSagaNow } from '../../functions/run-saga-now/run-saga-now.ts'
import { searchTickets } from '../../functions/search-tickets/search-tickets.ts'
import { setPreferences } from '../../functions/set-preferences/set-preferences.ts'
import { unfollowTicket } from '../../functions/unfollow-ticket/unfollow-ticket.ts'

/** Every endpoint of the API, in the order of the OpenAPI document. */
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
  removeAttachment,
  changeStatus,
  assignTicket,
  correctTicket,
  followTicket,
  unfollowTicket,
  createUser,
  getUser,
  deactivateUser,
  liftMailSuppression,
  setPreferences,
  listSagas,
  listLiveSagas,
  getSaga,
  resumeSaga,
  runSagaNow,
  requestResumption,
  getResumption,
  listHolds,
  putHold,
  releaseHold,
  listBlockedAggregates,
  redriveBlocked,
  listNotices,
  readNotice,
  putWebhook,
  rotateWebhookSecret,
  removeWebhook,
  getWorkList,
  putSlaPolicy,
  getTicketSla,
  searchTickets,
  getStats,
  getDashboard,
  getOpenapi,
]
