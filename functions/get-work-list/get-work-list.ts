import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { agents } from '../../app/http/endpoint.ts'
import { readFilteredPage } from '../../app/http/filtered-page.ts'
import { pageQuery } from '../../app/http/page.ts'
import { SlaLeft, toSlaLeft } from '../../app/http/sla-left.ts'
import { viewEndpoint } from '../../app/http/view-endpoint.ts'
import { readViewState } from '../../app/views/view-state.ts'
import { ResourceId, UserId } from '../../domain/ids.ts'
import { policyAt } from '../../domain/sla-policy.ts'
import { Ticket } from '../../domain/ticket.ts'
import { TicketStats } from '../../domain/ticket-stats.ts'
import { urgency } from '../../domain/work-list.ts'
import { readRow } from '../../tables/read-row.ts'
import { slaPoliciesRow } from '../../tables/sla-policies.ts'
import type { Row } from '../../tables/store.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { parseWorkItem, parseWorkPosition, workListKey, workListQuery, workPosition } from '../../tables/work-list.ts'

const { id, title, status, priority, requester, openedAt } = Ticket.shape

const WorkResource = z
  .strictObject({
    id,
    title,
    status,
    priority,
    requester,
    assignee: UserId.nullable(),
    openedAt,
    sla: SlaLeft.nullable(),
  })
  .meta({
    id: 'WorkItem',
    description:
      'A ticket that waits for an agent. `assignee` is null when nobody has it, `sla` when no policy held when it was opened.',
  })

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

/**
 * A page of the tickets that wait for an agent: facts of the read model, titles of the truth, as events contain no text, and the time that
 * the SLA leaves, by the policies as they are now, as it passes without an event.
 */
export const getWorkList = viewEndpoint('get-work-list', {
  summary: 'List the tickets that wait for an agent, most urgent and oldest first',
  roles: agents,
  view: 'work-list',
  query: { assignee: UserId.optional(), ...pageQuery },
  async respond({ assignee, cursor, limit, caller: { tenant }, catalog, generation }, store, { runtime }) {
    const scope = ['work-list', tenant, assignee]
    const after = decodeCursor(cursor, scope, Position)
    const { asOf, viewSequence } = await readViewState(store, tenant, catalog)
    const source = {
      query: {
        ...workListQuery(tenant, generation),
        ...(assignee !== undefined && { filter: { attribute: 'assignee', equals: assignee } as const }),
      },
      after: after && workListKey(tenant, generation, after),
      itemsOf: async (rows: Row[]) => rows.map(parseWorkItem),
      positionOf: workPosition,
      positionAt: parseWorkPosition,
    }
    const { items, next } = await readFilteredPage(store, source, limit)
    const now = new Date(runtime.now()).toISOString()
    const policies = (await readRow(store, slaPoliciesRow(tenant)))?.policies ?? []
    const tickets = await Promise.all(items.map(({ ticketId }) => readRow(store, ticketRow(tenant, ticketId))))
    const shown = items.flatMap(({ ticketId, status, priority, assignee = null, times }, index) => {
      const title = tickets[index]?.title
      if (title === undefined) return []
      const { requester, openedAt } = times
      const policy = policyAt(policies, openedAt)
      const sla = policy ? toSlaLeft(policy, times, now) : null
      return [{ id: ticketId, title, status, priority, requester, assignee, openedAt, sla }]
    })
    return { body: { items: shown, ...(next && { nextCursor: encodeCursor(next, scope) }), asOf }, viewSequence }
  },
  schema: WorkList,
})
