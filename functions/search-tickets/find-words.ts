import type { QueryWord } from '../../domain/search-words.ts'
import { queryRows } from '../../tables/query-rows.ts'
import { readRow } from '../../tables/read-row.ts'
import {
  type FoundWord,
  foundWords,
  type IndexedMessage,
  indexedMessageRow,
  indexedMessagesQuery,
  longerWordsQuery,
  parseFoundWord,
  parseIndexedMessage,
  wordQuery,
} from '../../tables/search.ts'
import type { Query, Store } from '../../tables/store.ts'
import { parseTicket, ticketsQuery } from '../../tables/tickets.ts'

/**
 * Messages that one word of a query finds: the newest ones. A word in more of them says little without another word, and the cost of a
 * query stays bounded.
 */
const messagesPerWordMax = 500

/** A customer's tickets, and the messages of each, that are searched: the newest ones, and the one with the title. At most some 10 MB. */
const ownTicketsMax = 50
const messagesPerTicketMax = 50

/** Where words of a query occur. Incomplete when a bound has kept something from being searched. */
export interface Found {
  words: FoundWord[]
  isComplete: boolean
}

/** Searches all of a tenant, word by word. */
export async function findWords(
  store: Store,
  { tenant, generation }: { tenant: string; generation: number },
  query: readonly QueryWord[],
): Promise<Found> {
  const queries = query.flatMap(({ word, prefix }) => [
    wordQuery(tenant, generation, word),
    ...(prefix ? [longerWordsQuery(tenant, generation, word)] : []),
  ])
  const pages = await Promise.all(queries.map((one) => readFirst(store, one, messagesPerWordMax)))
  return {
    words: pages.flatMap(({ rows }) => rows.map(parseFoundWord)),
    isComplete: pages.every(({ isComplete }) => isComplete),
  }
}

/**
 * Searches the tickets of one requester, ticket by ticket: it reads nothing of anybody else, and others'
 * messages cannot crowd out own ones.
 */
export async function findOwnWords(
  store: Store,
  { tenant, generation, requester }: { tenant: string; generation: number; requester: string },
  query: readonly QueryWord[],
): Promise<Found> {
  const own = await readFirst(store, ticketsQuery(tenant, { by: 'requester', value: requester }), ownTicketsMax)
  const tickets = own.rows.map(parseTicket)
  const pages = await Promise.all(tickets.map(({ id }) => readTicket(store, { tenant, generation, ticketId: id })))
  const isWanted = ({ word }: FoundWord) =>
    query.some((wanted) => (wanted.prefix ? word.startsWith(wanted.word) : word === wanted.word))
  return {
    words: pages.flatMap(({ messages }) => messages.flatMap(foundWords).filter(isWanted)),
    isComplete: [own, ...pages].every(({ isComplete }) => isComplete),
  }
}

/** The newest messages of a ticket, and its opening, which has the title. */
async function readTicket(
  store: Store,
  { tenant, generation, ticketId }: { tenant: string; generation: number; ticketId: string },
): Promise<{ messages: IndexedMessage[]; isComplete: boolean }> {
  const query = indexedMessagesQuery(tenant, generation, ticketId)
  const { rows, isComplete } = await readFirst(store, query, messagesPerTicketMax)
  const messages = rows.map(parseIndexedMessage)
  if (isComplete) return { messages, isComplete }
  const opening = await readRow(store, indexedMessageRow({ tenant, generation, ticketId, seq: 1 }))
  return { messages: opening ? [...messages, opening] : messages, isComplete }
}

async function readFirst(store: Store, query: Query, rowsMax: number) {
  const rows = await queryRows(store, { ...query, limit: rowsMax + 1 }, rowsMax + 1)
  return { rows: rows.slice(0, rowsMax), isComplete: rows.length <= rowsMax }
}
