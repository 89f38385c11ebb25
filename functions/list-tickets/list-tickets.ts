import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { pageQuery, pageSchema } from '../../app/http/page.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { TicketResource, toTicketResource } from '../../app/http/ticket-resource.ts'
import { ResourceId, UserId } from '../../domain/ids.ts'
import { Status } from '../../domain/ticket.ts'
import { readQueue } from './read-queue.ts'

const Position = z.strictObject({ openedAt: z.iso.datetime(), id: ResourceId })

/** A page of the tenant's queue, newest first. Filters add up; a customer's page holds own tickets only, whatever is asked for. */
export const listTickets = readEndpoint('list-tickets', {
  summary: 'Lists tickets, newest first',
  roles: everyRole,
  query: z.strictObject({
    status: Status.optional(),
    assignee: UserId.optional(),
    requester: UserId.optional(),
    ...pageQuery,
  }),
  async respond({ status, assignee, requester, cursor, limit, caller: { tenant, actor } }, store) {
    const own = actor.role === 'customer' ? actor.id : undefined
    const scope = ['tickets', tenant, status, assignee, requester, own]
    const after = decodeCursor(cursor, scope, Position)
    if (own !== undefined && requester !== undefined && requester !== own) return jsonResponse({ items: [] })
    const filters = { requester: own ?? requester, assignee, status }
    const { tickets, next } = await readQueue(store, tenant, { filters, after, limit })
    return jsonResponse({
      items: tickets.map(toTicketResource),
      ...(next && { nextCursor: encodeCursor(next, scope) }),
    })
  },
  success: { status: 200, schema: pageSchema(TicketResource, 'TicketPage') },
})
