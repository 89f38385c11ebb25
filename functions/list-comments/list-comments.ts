import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { pageQuery, pageSchema, toPage } from '../../app/http/page.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { CommentResource, toCommentResource } from '../../app/http/ticket-resource.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import type { Message } from '../../domain/ticket.ts'
import { queryRows } from '../../tables/query-rows.ts'
import type { Store } from '../../tables/store.ts'
import { messageRow, messagesQuery, parseMessage } from '../../tables/tickets.ts'

/** A ticket's comments, oldest first. A cursor holds the `seq` of the last comment shown. */
export const listComments = readEndpoint('list-comments', {
  summary: "List a ticket's comments, oldest first",
  roles: everyRole,
  params: ticketParams,
  query: z.strictObject(pageQuery),
  async respond({ ticketId, cursor, limit, caller }, store) {
    await readVisibleTicket(store, caller, ticketId)
    const scope = ['comments', caller.tenant, ticketId]
    const afterSeq = decodeCursor(cursor, scope, z.int().positive())
    const comments = await readComments(store, caller.tenant, ticketId, { afterSeq, wanted: limit + 1 })
    return jsonResponse(
      toPage(comments, { limit, item: toCommentResource, cursorAfter: ({ seq }) => encodeCursor(seq, scope) }),
    )
  },
  success: { status: 200, schema: pageSchema(CommentResource, 'CommentPage') },
})

async function readComments(
  store: Store,
  tenant: string,
  ticketId: string,
  { afterSeq, wanted }: { afterSeq: number | undefined; wanted: number },
): Promise<Message[]> {
  const after = afterSeq === undefined ? undefined : { ...messageRow(tenant, ticketId, afterSeq).key }
  const comments = { ...messagesQuery(tenant, ticketId), filter: { attribute: 'kind', equals: 'comment' } } as const
  return (await queryRows(store, { ...comments, limit: wanted, after }, wanted)).map(parseMessage)
}
