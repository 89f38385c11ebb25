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
import { lateCommentsQuery, parseLateComment } from '../../tables/late-comments.ts'
import { queryRows } from '../../tables/query-rows.ts'
import type { Row, Store } from '../../tables/store.ts'
import { messageRow, messagesQuery, parseMessage } from '../../tables/tickets.ts'
import { type CommentPosition, commentsInOrder, type OnTime, type Placed } from './comments-in-order.ts'

const place = z.string().regex(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(#\d{12})?)?$/)

/** Earlier versions, which knew no late comments, gave a cursor of a `seq` alone. */
const Position = z.union([z.int().positive(), z.tuple([z.int().nonnegative(), place])])

/** Queries of messages per request, and rows of each but the first. A query also ends after 1 MB. */
const queriesMax = 10
const furtherRowsMax = 1_000

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
    const { comments, end } = await readComments(store, caller.tenant, ticketId, {
      position: { seq, late },
      wanted: limit + 1,
    })
    const cursorAt = ({ seq, late }: CommentPosition) => encodeCursor([seq, late], scope)
    const shown = await Promise.all(
      comments.map(async (placed) => ({
        ...placed,
        message: await readMessage(store, caller.tenant, ticketId, placed),
      })),
    )
    return jsonResponse(
      toPage(shown, {
        limit,
        item: ({ message }) => toCommentResource(message),
        cursorAfter: ({ after }) => cursorAt(after),
        cursorAtEnd: end && cursorAt(end),
      }),
    )
  },
  success: { status: 200, schema: pageSchema(CommentResource, 'CommentPage') },
})

/** The comments after a position; with `end`, more may follow them. */
async function readComments(
  store: Store,
  tenant: string,
  ticketId: string,
  { position, wanted }: { position: CommentPosition; wanted: number },
): Promise<{ comments: Placed[]; end?: CommentPosition }> {
  const [onTime, places] = await Promise.all([
    readOnTime(store, tenant, ticketId, { after: position.seq, wanted }),
    queryRows(store, { ...lateCommentsQuery(tenant, ticketId, position.late), limit: wanted }, wanted),
  ])
  const { placed, end } = commentsInOrder(onTime, places.map(parseLateComment), position)
  return { comments: placed.slice(0, wanted), ...(!onTime.isWhole && { end }) }
}

/**
 * As many as are wanted of the comments that came in when they were written. Where most messages are others, it stops after some queries.
 * Rows are chosen here and not by a filter, which costs the same and does not tell how far it has read.
 */
async function readOnTime(
  store: Store,
  tenant: string,
  ticketId: string,
  { after, wanted }: { after: number; wanted: number },
): Promise<OnTime> {
  const comments: Message[] = []
  let readTo = after
  let start: Row | undefined = after === 0 ? undefined : { ...messageRow(tenant, ticketId, after).key }
  for (let queries = 0; queries < queriesMax; queries++) {
    const limit = queries === 0 ? wanted : furtherRowsMax
    const page = await store.query({ ...messagesQuery(tenant, ticketId), limit, after: start })
    const read = page.rows.map(parseMessage)
    comments.push(...read.filter(({ kind, occurredAt }) => kind === 'comment' && occurredAt === undefined))
    readTo = read.at(-1)?.seq ?? readTo
    start = page.next
    if (!start || comments.length >= wanted) break
  }
  return { comments, readTo, isWhole: start === undefined }
}

async function readMessage(store: Store, tenant: string, ticketId: string, { message, seq }: Placed): Promise<Message> {
  const found = message ?? (await readOrConfirmAbsent(store, messageRow(tenant, ticketId, seq)))
  if (!found) throw new Error(`message ${seq} of ticket ${ticketId}, which came in late, is missing`)
  return found
}
