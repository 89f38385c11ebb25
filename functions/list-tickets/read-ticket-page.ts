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
 * Queries per request. When matches are rare, the page ends early and its cursor continues from there, so a long list costs the
 * caller more pages but never makes one response slow.
 */
const queriesMax = 10

/** Rows read by a query with a filter expression, which DynamoDB applies after reading. */
const filteredRowsMax = 100

/**
 * Returns up to `limit` tickets that pass all filters, newest first, and the position after which the next page starts; no `next` at
 * the end of the list. One filter selects the index, the others are applied to its rows.
 */
export async function readTicketPage(
  store: Store,
  tenant: string,
  { filters, after, limit }: { filters: Filters; after: Position | undefined; limit: number },
): Promise<{ tickets: Ticket[]; next?: Position }> {
  const [indexFilter, ...rowFilters] = mostSelectiveFirst(filters)
  const filter = allOf(rowFilters)
  const tickets: Ticket[] = []
  let start: Row | undefined = after && ticketPosition(tenant, indexFilter, after)
  for (let queries = 0; queries < queriesMax; queries++) {
    // One ticket more than the page shows that there is a next page.
    const rowsMax = filter ? filteredRowsMax : limit + 1 - tickets.length
    const page = await store.query({
      ...ticketsQuery(tenant, indexFilter),
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

function mostSelectiveFirst(filters: Filters): TicketFilter[] {
  return (['requester', 'assignee', 'status'] as const).flatMap((by) => {
    const value = filters[by]
    return value === undefined ? [] : [{ by, value }]
  })
}

function allOf(filters: TicketFilter[]): Condition | undefined {
  if (filters.length === 0) return undefined
  return { all: filters.map(({ by, value }) => ({ attribute: by, equals: value })) }
}
