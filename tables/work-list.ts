import { isWork, urgency, WorkItem } from '../domain/work-list.ts'
import type { RowRead } from './keys.ts'
import type { Query, Row, Write } from './store.ts'
import { viewKey } from './views.ts'

/**
 * `Views`: the agents' work list. Each ticket has one row with what is known of it, and the ones that wait for an agent a copy of it in the
 * list, at their place in the order.
 */
const table = 'Views'

const view = 'work-list'

/** Where an item is in the list. */
export interface WorkPosition {
  urgency: number
  openedAt: string
  ticketId: string
}

export function workItemRow(tenant: string, ticketId: string, generation: number): RowRead<WorkItem> {
  const pk = `${viewKey(tenant, { view, generation })}#TICKET#${ticketId}`
  return { table, key: { pk, sk: 'ITEM' }, parse: parseWorkItem }
}

/** Throws `ZodError` when the row is no item of the work list. */
export function parseWorkItem(row: Row): WorkItem {
  return WorkItem.parse(row)
}

/** A tenant's tickets that wait for an agent: the most urgent first, then the oldest. */
export function workListQuery(tenant: string, generation: number): Query {
  return { table, partition: viewKey(tenant, { view, generation }) }
}

export function workPosition({ priority, times, ticketId }: WorkItem): WorkPosition {
  return { urgency: urgency[priority], openedAt: times.openedAt, ticketId }
}

/** The key of a position, after which the next page begins. */
export function workListKey(tenant: string, generation: number, { urgency, openedAt, ticketId }: WorkPosition) {
  return { pk: viewKey(tenant, { view, generation }), sk: `${urgency}#${openedAt}#${ticketId}` }
}

/** The position of the row with this key. */
export function parseWorkPosition({ sk }: Row): WorkPosition {
  const [urgency, openedAt = '', ticketId = ''] = String(sk).split('#')
  return { urgency: Number(urgency), openedAt, ticketId }
}

/** Replaces what is known of a ticket, under the condition that it is as it was read, and its place in the list. */
export function replaceWorkItem(
  tenant: string,
  generation: number,
  before: WorkItem | undefined,
  after: WorkItem,
): Write[] {
  const { key } = workItemRow(tenant, after.ticketId, generation)
  const when = before ? ({ attribute: 'seq', equals: before.seq } as const) : ({ row: 'absent' } as const)
  const placeOf = (item: WorkItem) => workListKey(tenant, generation, workPosition(item))
  const was = before && isWork(before.status) ? placeOf(before) : undefined
  const is = isWork(after.status) ? placeOf(after) : undefined
  return [
    { kind: 'put', table, row: { ...key, tenant, ...after }, when },
    ...(was && was.sk !== is?.sk ? [{ kind: 'delete', table, key: was } as const] : []),
    ...(is ? [{ kind: 'put', table, row: { ...is, tenant, ...after } } as const] : []),
  ]
}
