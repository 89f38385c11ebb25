import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { pageQuery, pageSchema } from '../../app/http/page.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { TicketResource, toTicketResource } from '../../app/http/ticket-resource.ts'
import { ResourceId, UserId } from '../../domain/ids.ts'
import { Status } from '../../domain/ticket.ts'
import { readTicketPage } from './read-ticket-page.ts'

const Position = z.strictObject({ openedAt: z.iso.datetime(), id: ResourceId })

/** A page of the tenant's tickets, newest first, that pass all filters. Customers see only their own, whatever they filter by. */
export const listTickets = readEndpoint('list-tickets', {
  summary: 'List tickets, newest first',
  roles: everyRole,
  query: z.strictObject({
    status: Status.optional(),
    assignee: UserId.optional(),
    requester: UserId.optional(),
    ...pageQuery,
  }),
  async respond({ status, assignee, requester, cursor, limit, caller: { tenant, actor } }, store) {
    const onlyRequester = actor.role === 'customer' ? actor.id : undefined
    const scope = ['tickets', tenant, status, assignee, requester, onlyRequester]
    const after = decodeCursor(cursor, scope, Position)
    if (onlyRequester !== undefined && requester !== undefined && requester !== onlyRequester)
      return jsonResponse({ items: [] })
    const filters = { requester: onlyRequester ?? requester, assignee, status }
    const { tickets, next } = await readTicketPage(store, tenant, { filters, after, limit })
    return jsonResponse({
      items: tickets.map(toTicketResource),
      ...(next && { nextCursor: encodeCursor(next, scope) }),
    })
  },
  success: { status: 200, schema: pageSchema(TicketResource, 'TicketPage') },
})
