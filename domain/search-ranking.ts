import MiniSearch from 'minisearch'
import type { QueryWord } from './search-words.ts'

/** How often a word that a query asks for occurs in one ticket. */
export interface FoundWord {
  ticketId: string
  word: string
  inTitle: number
  inText: number
}

/** More repetitions in one ticket say nothing more about it. */
const repetitionsMax = 20

const options = {
  fields: ['title', 'text'],
  tokenize: (text: string) => text.split(' '),
  processTerm: (word: string) => word,
}

/**
 * The tickets in which every word of the query was found, best first (BM25). A word of the title counts twice, a longer word than the one
 * asked for less. Of equally good tickets, the one found first comes first.
 */
export function rankTickets(query: readonly QueryWord[], found: readonly FoundWord[]): string[] {
  const index = new MiniSearch(options)
  index.addAll(toDocuments(found))
  const queries = query.map(({ word, prefix }) => ({ queries: [word], prefix, boost: { title: 2 } }))
  return index.search({ combineWith: 'AND', queries }).map(({ id }) => String(id))
}

/** Each ticket as the text of its found words. */
function toDocuments(found: readonly FoundWord[]): { id: string; title: string; text: string }[] {
  return [...Map.groupBy(found, ({ ticketId }) => ticketId)].map(([id, words]) => ({
    id,
    title: repeated(words.map(({ word, inTitle }) => [word, inTitle])),
    text: repeated(words.map(({ word, inText }) => [word, inText])),
  }))
}

function repeated(words: readonly (readonly [string, number])[]): string {
  return words.flatMap(([word, count]) => Array<string>(Math.min(count, repetitionsMax)).fill(word)).join(' ')
}
