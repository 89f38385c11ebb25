import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { pageQuery, pageSchema, toPage } from '../../app/http/page.ts'
import { ticketParams } from '../../app/http/path-params.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { readOrConfirmAbsent } from '../../app/http/read-or-confirm-absent.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { CommentResource, toCommentResource } from '../../app/http/ticket-resource.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import type { Message } from '../../domain/ticket.ts'
import type { Condition } from '../../tables/condition.ts'
import { lateCommentsQuery, parseLateComment } from '../../tables/late-comments.ts'
import { queryRows } from '../../tables/query-rows.ts'
import type { Store } from '../../tables/store.ts'
import { messageRow, messagesQuery, parseMessage } from '../../tables/tickets.ts'
import { type CommentPosition, commentsInOrder, type Placed } from './comments-in-order.ts'

const place = z.string().regex(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(#\d{12})?)?$/)

/** Earlier versions, which knew no late comments, gave a cursor of a `seq` alone. */
const Position = z.union([z.int().positive(), z.tuple([z.int().nonnegative(), place])])

/** A ticket's comments by when they were written. A page begins after the last comment of the one before, whatever came in since. */
export const listComments = readEndpoint('list-comments', {
  summary: "List a ticket's comments by when they were written, oldest first",
  roles: everyRole,
  params: ticketParams,
  query: z.strictObject(pageQuery),
  async respond({ ticketId, cursor, limit, caller }, store) {
    await readVisibleTicket(store, caller, ticketId)
    const scope = ['comments', caller.tenant, ticketId]
    const position = decodeCursor(cursor, scope, Position) ?? [0, '']
    const [seq, late] = typeof position === 'number' ? [position, ''] : position
    const comments = await readComments(store, caller.tenant, ticketId, { position: { seq, late }, wanted: limit + 1 })
    const cursorAfter = ({ after }: Placed) => encodeCursor([after.seq, after.late], scope)
    const shown = await Promise.all(
      comments.map(async (placed) => ({
        ...placed,
        message: await readMessage(store, caller.tenant, ticketId, placed),
      })),
    )
    return jsonResponse(toPage(shown, { limit, item: ({ message }) => toCommentResource(message), cursorAfter }))
  },
  success: { status: 200, schema: pageSchema(CommentResource, 'CommentPage') },
})

async function readComments(
  store: Store,
  tenant: string,
  ticketId: string,
  { position, wanted }: { position: CommentPosition; wanted: number },
): Promise<Placed[]> {
  const after = position.seq === 0 ? undefined : { ...messageRow(tenant, ticketId, position.seq).key }
  const filter: Condition = {
    all: [
      { attribute: 'kind', equals: 'comment' },
      { attribute: 'occurredAt', is: 'absent' },
    ],
  }
  const [messages, places] = await Promise.all([
    queryRows(store, { ...messagesQuery(tenant, ticketId), filter, limit: wanted, after }, wanted),
    queryRows(store, { ...lateCommentsQuery(tenant, ticketId, position.late), limit: wanted }, wanted),
  ])
  return commentsInOrder(messages.map(parseMessage), places.map(parseLateComment), position).slice(0, wanted)
}

async function readMessage(store: Store, tenant: string, ticketId: string, { message, seq }: Placed): Promise<Message> {
  const found = message ?? (await readOrConfirmAbsent(store, messageRow(tenant, ticketId, seq)))
  if (!found) throw new Error(`message ${seq} of ticket ${ticketId}, which came in late, is missing`)
  return found
}
