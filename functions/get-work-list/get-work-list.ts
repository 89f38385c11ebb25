import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { agents } from '../../app/http/endpoint.ts'
import { readFilteredPage } from '../../app/http/filtered-page.ts'
import { pageQuery } from '../../app/http/page.ts'
import { viewEndpoint } from '../../app/http/view-endpoint.ts'
import { readViewState } from '../../app/views/view-state.ts'
import { ResourceId, UserId } from '../../domain/ids.ts'
import { Ticket } from '../../domain/ticket.ts'
import { TicketStats } from '../../domain/ticket-stats.ts'
import { urgency } from '../../domain/work-list.ts'
import { readRow } from '../../tables/read-row.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { parseWorkItem, parseWorkPosition, workListKey, workListQuery, workPosition } from '../../tables/work-list.ts'

const { id, title, status, priority, requester, openedAt } = Ticket.shape

const WorkResource = z
  .strictObject({ id, title, status, priority, requester, assignee: UserId.nullable(), openedAt })
  .meta({ id: 'WorkItem', description: 'A ticket that waits for an agent. `assignee` is null when nobody has it.' })

const WorkList = z
  .strictObject({
    items: z.array(WorkResource),
    nextCursor: z.string().optional(),
    asOf: TicketStats.shape.asOf.nullable(),
  })
  .meta({
    id: 'WorkList',
    description:
      'One page of the work list: the most urgent first, then the oldest. `asOf` is the time of the last event that is included.',
  })

const Position = z.strictObject({
  urgency: z
    .int()
    .min(0)
    .max(Math.max(...Object.values(urgency))),
  openedAt: z.iso.datetime(),
  ticketId: ResourceId,
})

/** A page of the tickets that wait for an agent: facts of the read model, and titles of the truth, as events contain no text. */
export const getWorkList = viewEndpoint('get-work-list', {
  summary: 'List the tickets that wait for an agent, most urgent and oldest first',
  roles: agents,
  view: 'work-list',
  query: { assignee: UserId.optional(), ...pageQuery },
  async respond({ assignee, cursor, limit, caller: { tenant }, catalog, generation }, store) {
    const scope = ['work-list', tenant, assignee]
    const after = decodeCursor(cursor, scope, Position)
    const { asOf, viewSequence } = await readViewState(store, tenant, catalog)
    const source = {
      query: {
        ...workListQuery(tenant, generation),
        ...(assignee !== undefined && { filter: { attribute: 'assignee', equals: assignee } as const }),
      },
      after: after && workListKey(tenant, generation, after),
      parse: parseWorkItem,
      positionOf: workPosition,
      positionAt: parseWorkPosition,
    }
    const { items, next } = await readFilteredPage(store, source, limit)
    const tickets = await Promise.all(items.map(({ ticketId }) => readRow(store, ticketRow(tenant, ticketId))))
    const shown = items.flatMap(({ ticketId, status, priority, assignee = null, times }, index) => {
      const title = tickets[index]?.title
      if (title === undefined) return []
      return [{ id: ticketId, title, status, priority, requester: times.requester, assignee, openedAt: times.openedAt }]
    })
    return { body: { items: shown, ...(next && { nextCursor: encodeCursor(next, scope) }), asOf }, viewSequence }
  },
  schema: WorkList,
})
