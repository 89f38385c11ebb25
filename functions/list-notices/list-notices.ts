import * as z from 'zod'
import { Notice, noticeOf, noticePosition, noticesOf } from '../../tables/notices.ts'
import { json } from '../http/answer.ts'
import { decodeCursor, encodeCursor } from '../http/cursor.ts'
import { everyRole } from '../http/endpoint.ts'
import { NoticeResource, noticeResource } from '../http/notice-resource.ts'
import { pageFrom, pageOf, pageQuery } from '../http/page.ts'
import { read } from '../http/read.ts'

const { id } = Notice.shape

/** The caller's own notices, newest first. */
export const listNotices = read({
  operation: 'GET /notices',
  summary: "Lists the caller's notices, newest first",
  roles: everyRole,
  query: z.strictObject(pageQuery),
  async answer({ cursor, limit, caller: { tenant, actor } }, store) {
    const owner = { tenant, userId: actor.id }
    const scope = ['notices', tenant, actor.id]
    const last = decodeCursor(cursor, scope, id)
    const after = last === undefined ? undefined : noticePosition(owner, last)
    const page = await store.query({ ...noticesOf(owner), limit: limit + 1, after })
    const cursorAfter = (notice: Notice) => encodeCursor(notice.id, scope)
    return json(pageFrom(page.rows.map(noticeOf), { limit, item: noticeResource, cursorAfter }))
  },
  success: { status: 200, schema: pageOf(NoticeResource, 'NoticePage') },
})
