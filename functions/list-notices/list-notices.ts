import * as z from 'zod'
import { json } from '../../app/http/answer.ts'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { NoticeResource, noticeResource } from '../../app/http/notice-resource.ts'
import { pageFrom, pageOf, pageQuery } from '../../app/http/page.ts'
import { read } from '../../app/http/read.ts'
import { Notice, noticePosition, noticesQuery, parseNotice } from '../../tables/notices.ts'

const { id } = Notice.shape

/** The caller's own notices, newest first. */
export const listNotices = read('list-notices', {
  summary: "Lists the caller's notices, newest first",
  roles: everyRole,
  query: z.strictObject(pageQuery),
  async answer({ cursor, limit, caller: { tenant, actor } }, store) {
    const owner = { tenant, userId: actor.id }
    const scope = ['notices', tenant, actor.id]
    const last = decodeCursor(cursor, scope, id)
    const after = last === undefined ? undefined : noticePosition(owner, last)
    const page = await store.query({ ...noticesQuery(owner), limit: limit + 1, after })
    const cursorAfter = (notice: Notice) => encodeCursor(notice.id, scope)
    return json(pageFrom(page.rows.map(parseNotice), { limit, item: noticeResource, cursorAfter }))
  },
  success: { status: 200, schema: pageOf(NoticeResource, 'NoticePage') },
})
