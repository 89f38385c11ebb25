import type { Ticket } from '../../domain/ticket.ts'
import type { Condition } from '../../tables/condition.ts'
import type { Row, Store } from '../../tables/store.ts'
import {
  parseTicket,
  parseTicketPosition,
  type TicketFilter,
  ticketPosition,
  ticketsQuery,
} from '../../tables/tickets.ts'

type Filters = { [By in TicketFilter['by']]?: string | undefined }

interface Position {
  openedAt: string
  id: string
}

/**
 * Queries that one request may make. With rare matches a page then ends early and its cursor goes on from there: a long queue
 * costs the caller more pages, not one answer its time.
 */
const queriesMax = 10

/** Rows looked at by a query with further filters, which DynamoDB applies after it has read. */
const filteredRowsMax = 100

/**
 * Up to `limit` tickets that pass all filters, newest first: one filter chooses the index, the others are applied to what it
 * yields. `next` is where the following page starts; absent at the end.
 */
export async function readQueue(
  store: Store,
  tenant: string,
  { filters, after, limit }: { filters: Filters; after: Position | undefined; limit: number },
): Promise<{ tickets: Ticket[]; next?: Position }> {
  const [index, ...others] = given(filters)
  const filter = conditionOf(others)
  const tickets: Ticket[] = []
  let start: Row | undefined = after && ticketPosition(tenant, index, after)
  for (let queries = 0; queries < queriesMax; queries++) {
    // One more than is shown tells whether the list goes on.
    const rowsMax = filter ? filteredRowsMax : limit + 1 - tickets.length
    const page = await store.query({
      ...ticketsQuery(tenant, index),
      ...(filter && { filter }),
      limit: rowsMax,
      after: start,
    })
    tickets.push(...page.rows.map(parseTicket))
    start = page.next
    if (!start || tickets.length > limit) break
  }
  const shown = tickets.slice(0, limit)
  const last = shown.at(-1)
  if (tickets.length > limit && last) return { tickets: shown, next: { openedAt: last.openedAt, id: last.id } }
  return { tickets: shown, ...(start && { next: parseTicketPosition(start) }) }
}

/** The filters in force, the one that narrows most first. */
function given(filters: Filters): TicketFilter[] {
  return (['requester', 'assignee', 'status'] as const).flatMap((by) => {
    const value = filters[by]
    return value === undefined ? [] : [{ by, value }]
  })
}

function conditionOf(filters: TicketFilter[]): Condition | undefined {
  if (filters.length === 0) return undefined
  return { all: filters.map(({ by, value }) => ({ attribute: by, equals: value })) }
}
