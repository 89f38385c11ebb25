import { everyRole } from '../../app/http/endpoint.ts'
import { commentParams } from '../../app/http/path-params.ts'
import { Problem } from '../../app/http/problem.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { CommentResource, toCommentResource } from '../../app/http/ticket-resource.ts'
import { readVisibleTicket } from '../../app/http/visible-ticket.ts'
import type { Message } from '../../domain/ticket.ts'
import type { Condition } from '../../tables/condition.ts'
import { queryRows } from '../../tables/query-rows.ts'
import type { Store } from '../../tables/store.ts'
import { messagesQuery, parseMessage } from '../../tables/tickets.ts'

/** One comment: the resource that the `Location` of an added comment names. */
export const getComment = readEndpoint('get-comment', {
  summary: 'Get a comment',
  roles: everyRole,
  params: commentParams,
  async respond({ ticketId, commentId, caller }, store) {
    await readVisibleTicket(store, caller, ticketId)
    const comment = await findComment(store, caller.tenant, ticketId, commentId)
    if (!comment) throw new Problem('not-found', 'This ticket has no comment with this id.')
    return jsonResponse(toCommentResource(comment))
  },
  success: { status: 200, schema: CommentResource },
})

/** The sort key of a message is its position, not its id, so this searches all of the ticket's messages. */
async function findComment(store: Store, tenant: string, ticketId: string, id: string): Promise<Message | undefined> {
  const filter: Condition = {
    all: [
      { attribute: 'kind', equals: 'comment' },
      { attribute: 'id', equals: id },
    ],
  }
  const [row] = await queryRows(store, { ...messagesQuery(tenant, ticketId), filter }, 1)
  return row && parseMessage(row)
}
