import * as z from 'zod'
import { json } from '../../app/http/answer.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { NoticeResource, noticeResource } from '../../app/http/notice-resource.ts'
import { write } from '../../app/http/write.ts'
import { ResourceId } from '../../domain/ids.ts'
import * as domain from '../../domain/read-notice.ts'
import { noticeRow } from '../../tables/notices.ts'

/** Marks one of the caller's notices as read; it stays read since the first time. */
export const readNotice = write('read-notice', {
  summary: "Marks one of the caller's notices as read",
  roles: everyRole,
  params: z.strictObject({ noticeId: ResourceId }),
  aggregate: (_, { id }) => ({ type: 'user', id }),
  reads: (tenant, { noticeId }, { id: userId }) => ({ notice: noticeRow({ tenant, userId }, noticeId) }),
  decide: (state, command) => domain.readNotice(state, command),
  answer: (notice) => json(noticeResource(notice)),
  success: { status: 200, schema: NoticeResource },
})
