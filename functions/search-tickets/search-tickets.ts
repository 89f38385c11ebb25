import * as z from 'zod'
import { decodeCursor, encodeCursor } from '../../app/http/cursor.ts'
import { everyRole } from '../../app/http/endpoint.ts'
import { pageQuery } from '../../app/http/page.ts'
import { TicketResource, toTicketResource } from '../../app/http/ticket-resource.ts'
import { viewEndpoint } from '../../app/http/view-endpoint.ts'
import { readViewState } from '../../app/views/view-state.ts'
import { maySee } from '../../domain/actor.ts'
import { rankTickets } from '../../domain/search-ranking.ts'
import { queryWords, SearchQuery } from '../../domain/search-words.ts'
import { TicketStats } from '../../domain/ticket-stats.ts'
import { readRow } from '../../tables/read-row.ts'
import { ticketRow } from '../../tables/tickets.ts'
import { findOwnWords, findWords } from './find-words.ts'

const FoundTicket = z
  .strictObject({
    ticket: TicketResource,
    foundIn: z.array(z.int().positive()).meta({
      description:
        'The `seq` of the events whose texts have words of the query, newest first; 1 is the title and the opening text.',
    }),
  })
  .meta({ id: 'FoundTicket', description: 'A ticket in whose texts all words of the query were found.' })

const SearchPage = z
  .strictObject({
    items: z.array(FoundTicket),
    nextCursor: z.string().optional(),
    asOf: TicketStats.shape.asOf.nullable(),
    isComplete: z.boolean().meta({
      description:
        'False when only the newest messages with a word, or the newest own tickets, were searched: add a word that is less frequent.',
    }),
  })
  .meta({
    id: 'SearchPage',
    description: 'One page of what was found, best first. `asOf` is the time of the last event that is included.',
  })

/**
 * The tickets whose title, opening text, comments or reasons have all words of `q`; the last word may be unfinished. Customers find only
 * their own. The index says which tickets; what is shown of them is read from the truth. A cursor holds the number of tickets shown so far.
 */
export const searchTickets = viewEndpoint('search-tickets', {
  summary: 'Search tickets by the words in their texts, best match first',
  roles: everyRole,
  view: 'search',
  query: { q: SearchQuery, ...pageQuery },
  async respond({ q, cursor, limit, caller: { tenant, actor }, catalog, generation }, store) {
    const query = queryWords(q)
    const requester = actor.role === 'customer' ? actor.id : undefined
    const scope = ['search', tenant, JSON.stringify(query), requester]
    const skipped = decodeCursor(cursor, scope, z.int().positive()) ?? 0
    // Its state first: what is read after it reflects at least as much.
    const { asOf, viewSequence } = await readViewState(store, tenant, catalog)
    const { words, isComplete } =
      requester === undefined
        ? await findWords(store, { tenant, generation }, query)
        : await findOwnWords(store, { tenant, generation, requester }, query)
    const ranked = rankTickets(query, words)
    const wordsByTicket = Map.groupBy(words, ({ ticketId }) => ticketId)
    const ids = ranked.slice(skipped, skipped + limit)
    const tickets = await Promise.all(ids.map((id) => readRow(store, ticketRow(tenant, id))))
    const items = tickets.flatMap((ticket) => {
      if (!ticket || !maySee(actor, ticket)) return []
      const foundIn = new Set(wordsByTicket.get(ticket.id)?.map(({ seq }) => seq))
      return [{ ticket: toTicketResource(ticket), foundIn: [...foundIn].toSorted((a, b) => b - a) }]
    })
    const hasMore = ranked.length > skipped + limit
    const body = { items, ...(hasMore && { nextCursor: encodeCursor(skipped + limit, scope) }), asOf, isComplete }
    return { body, viewSequence }
  },
  schema: SearchPage,
})
