import { readFilteredPage } from '../../app/http/filtered-page.ts'
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

type Filters = { [By in 'status' | 'assignee' | 'requester']?: string | undefined }

interface Position {
  openedAt: string
  id: string
}

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
  const source = {
    query: { ...ticketsQuery(tenant, indexFilter), ...(filter && { filter }) },
    after: after && ticketPosition(tenant, indexFilter, after),
    itemsOf: async (rows: Row[]) => rows.map(parseTicket),
    positionOf: ({ openedAt, id }: Ticket) => ({ openedAt, id }),
    positionAt: parseTicketPosition,
  }
  const { items, ...next } = await readFilteredPage(store, source, limit)
  return { tickets: items, ...next }
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
