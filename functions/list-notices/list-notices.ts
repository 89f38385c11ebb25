import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { NoticeResource, toNoticeResource } from '../../app/http/notice-resource.ts'
import { pageQuery, pageSchema, toPage } from '../../app/http/page.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { ResourceId } from '../../domain/ids.ts'
import { type Notice, noticePosition, noticesQuery, parseNotice } from '../../tables/notices.ts'
import { queryRows } from '../../tables/query-rows.ts'

export const listNotices = readEndpoint('list-notices', {
  summary: "List the caller's notices, newest first",
  roles: everyRole,
  query: z.strictObject(pageQuery),
  async respond({ cursor, limit, caller: { tenant, actor } }, store) {
    const owner = { tenant, userId: actor.id }
    const scope = ['notices', tenant, actor.id]
    const last = decodeCursor(cursor, scope, ResourceId)
    const after = last === undefined ? undefined : noticePosition(owner, last)
    const rows = await queryRows(store, { ...noticesQuery(owner), limit: limit + 1, after }, limit + 1)
    const cursorAfter = (notice: Notice) => encodeCursor(notice.id, scope)
    return jsonResponse(toPage(rows.map(parseNotice), { limit, item: toNoticeResource, cursorAfter }))
  },
  success: { status: 200, schema: pageSchema(NoticeResource, 'NoticePage') },
})
