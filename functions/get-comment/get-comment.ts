import type { Message } from '../../domain/ticket.ts'
import type { Row, Store } from '../../tables/store.ts'
import { messageOf, messagesOf } from '../../tables/tickets.ts'
import { json } from '../http/answer.ts'
import { everyRole } from '../http/endpoint.ts'
import { commentParams } from '../http/params.ts'
import { Problem } from '../http/problem.ts'
import { read } from '../http/read.ts'
import { CommentResource, commentResource } from '../http/ticket-resource.ts'
import { visibleTicket } from '../http/visible-ticket.ts'

/** One comment: where the `Location` of an added one leads. */
export const getComment = read({
  operation: 'GET /tickets/{ticketId}/comments/{commentId}',
  summary: 'Reads a comment',
  roles: everyRole,
  params: commentParams,
  async answer({ ticketId, commentId, caller }, store) {
    await visibleTicket(store, caller, ticketId)
    const comment = await findComment(store, caller.tenant, ticketId, commentId)
    if (!comment) throw new Problem('not-found', 'The ticket has no such comment.')
    return json(commentResource(comment))
  },
  success: { status: 200, schema: CommentResource },
})

/** Messages are kept in order, not by id, so a ticket's are looked through. */
async function findComment(store: Store, tenant: string, ticketId: string, id: string): Promise<Message | undefined> {
  let after: Row | undefined
  do {
    const page = await store.query({
      ...messagesOf(tenant, ticketId),
      filter: {
        all: [
          { attribute: 'kind', equals: 'comment' },
          { attribute: 'id', equals: id },
        ],
      },
      after,
    })
    const [row] = page.rows
    if (row) return messageOf(row)
    after = page.next
  } while (after)
  return undefined
}
