import * as z from 'zod'
import { everyRole } from '../../app/http/endpoint.ts'
import { NoticeResource, toNoticeResource } from '../../app/http/notice-resource.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { writeEndpoint } from '../../app/http/write-endpoint.ts'
import { ResourceId } from '../../domain/ids.ts'
import * as domain from '../../domain/read-notice.ts'
import { noticeRow } from '../../tables/notices.ts'

/** Marks one of the caller's notices as read. Doing so again keeps the first `readAt`. */
export const readNotice = writeEndpoint('read-notice', {
  summary: "Mark one of the caller's notices as read",
  roles: everyRole,
  params: z.strictObject({ noticeId: ResourceId }),
  aggregate: (_, { id }) => ({ type: 'user', id }),
  reads: (tenant, { noticeId }, { id: userId }) => ({ notice: noticeRow({ tenant, userId }, noticeId) }),
  decide: (state, command) => domain.readNotice(state, command),
  respond: (notice) => jsonResponse(toNoticeResource(notice)),
  success: { status: 200, schema: NoticeResource },
})
