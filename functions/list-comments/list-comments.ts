import * as z from 'zod'
import { json } from '../../app/http/answer.ts'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { pageFrom, pageOf, pageQuery } from '../../app/http/page.ts'
import { ticketParams } from '../../app/http/params.ts'
import { read } from '../../app/http/read.ts'
import { CommentResource, commentResource } from '../../app/http/ticket-resource.ts'
import { visibleTicket } from '../../app/http/visible-ticket.ts'
import type { Message } from '../../domain/ticket.ts'
import type { Row, Store } from '../../tables/store.ts'
import { messageRow, messagesQuery, parseMessage } from '../../tables/tickets.ts'

/** A ticket's comments, oldest first. A cursor is the number of the event that delivered the last comment shown. */
export const listComments = read('list-comments', {
  summary: "Lists a ticket's comments",
  roles: everyRole,
  params: ticketParams,
  query: z.strictObject(pageQuery),
  async answer({ ticketId, cursor, limit, caller }, store) {
    await visibleTicket(store, caller, ticketId)
    const scope = ['comments', caller.tenant, ticketId]
    const afterSeq = decodeCursor(cursor, scope, z.int().positive())
    const comments = await readComments(store, caller.tenant, ticketId, { afterSeq, wanted: limit + 1 })
    return json(
      pageFrom(comments, { limit, item: commentResource, cursorAfter: ({ seq }) => encodeCursor(seq, scope) }),
    )
  },
  success: { status: 200, schema: pageOf(CommentResource, 'CommentPage') },
})

async function readComments(
  store: Store,
  tenant: string,
  ticketId: string,
  { afterSeq, wanted }: { afterSeq: number | undefined; wanted: number },
): Promise<Message[]> {
  const comments: Message[] = []
  let after: Row | undefined = afterSeq === undefined ? undefined : { ...messageRow(tenant, ticketId, afterSeq).key }
  do {
    const page = await store.query({
      ...messagesQuery(tenant, ticketId),
      filter: { attribute: 'kind', equals: 'comment' },
      limit: wanted,
      after,
    })
    comments.push(...page.rows.map(parseMessage))
    after = page.next
  } while (after && comments.length < wanted)
  return comments
}
