import MiniSearch from 'minisearch'
import type * as z from 'zod'
import { text } from './text.ts'

/**
 * Distinct words of one message that can be found, title included: its first ones. Almost every message has fewer. It bounds what one
 * message costs to index (docs/adr/0036).
 */
export const messageWordsMax = 256

/** Words that one query may have. Each is read on its own. */
const queryWordsMax = 12

/** Characters of a word that are compared: what is longer is an address or a hash. */
const wordCharactersMax = 40

const tokenize: (text: string) => string[] = MiniSearch.getDefault('tokenize')

/** Scripts that are written without spaces. Pairs of their characters stand for words, which needs no dictionary that may change. */
const spaceless = String.raw`\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}ー\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}`
const spacelessRun = new RegExp(`[${spaceless}]+`, 'gu')
const isSpaceless = new RegExp(`^[${spaceless}]+$`, 'u')

/** A word of a query. `prefix`: longer words that begin with it are found too. */
export interface QueryWord {
  word: string
  prefix: boolean
}

/** How often each of the first `distinctMax` words of a text occurs. Spellings of one word are one: see {@link fold}. */
export function wordsOf(text: string, distinctMax: number): Map<string, number> {
  const words = new Map<string, number>()
  for (const token of tokens(text))
    for (const word of isSpaceless.test(token) ? [...pairs(token), ...[...token].slice(-1)] : [cut(token)]) {
      const count = words.get(word) ?? 0
      if (count > 0 || words.size < distinctMax) words.set(word, count + 1)
    }
  return words
}

/** The distinct words of a query. Its last one may be unfinished, and a single character of a script without spaces begins a pair. */
export function queryWords(query: string): QueryWord[] {
  const found = tokens(query)
  const prefixByWord = new Map<string, boolean>()
  for (const [index, token] of found.entries()) {
    const isLast = index === found.length - 1
    const isSingle = isSpaceless.test(token) && [...token].length === 1
    const words = isSpaceless.test(token) ? pairs(token) : [cut(token)]
    for (const word of isSingle ? [token] : words)
      prefixByWord.set(word, (prefixByWord.get(word) ?? false) || isSingle || (isLast && !isSpaceless.test(token)))
  }
  return [...prefixByWord].map(([word, prefix]) => ({ word, prefix }))
}

/** What one searches for. */
export const SearchQuery = text({ max: 200 })
  .refine((query) => queryWords(query).length > 0, 'must contain a word')
  .refine((query) => queryWords(query).length <= queryWordsMax, `must have at most ${queryWordsMax} words`)
  .meta({ minLength: 1, maxLength: 200 })

export type SearchQuery = z.infer<typeof SearchQuery>

/**
 * Upper and lower case, full and half width, ligatures, and letters with and without accents are one (Unicode NFKC, Default Case Folding by
 * way of upper case). Only the accents of Latin, Greek and Cyrillic are removed: in other scripts marks make another letter.
 */
function fold(text: string): string {
  return text
    .replace(marksBeyondFour, '$1')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKC')
}

/** No script needs more marks on one letter, and to sort thousands of them takes a second of CPU time. */
const marksBeyondFour = /(\p{M}{4})\p{M}+/gu

function tokens(text: string): string[] {
  const visible = fold(text)
    .replace(/\p{Cf}/gu, '')
    .replace(/\p{Cc}/gu, ' ')
  return tokenize(visible.replace(spacelessRun, ' $& ')).filter((token) => token !== '')
}

function pairs(run: string): string[] {
  const characters = [...run]
  return characters.slice(1).map((character, index) => characters[index] + character)
}

function cut(word: string): string {
  return word.length <= wordCharactersMax ? word : [...word].slice(0, wordCharactersMax).join('')
}
