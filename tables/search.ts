import * as z from 'zod'
import { ResourceId } from '../domain/ids.ts'
import { messageWordsMax, wordsOf } from '../domain/search-words.ts'
import type { Message, Ticket } from '../domain/ticket.ts'
import { type RowRead, seqKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'
import { viewKey } from './views.ts'

/**
 * `Views`: the search index (docs/adr/0036), an inverted one. One row says that a word occurs in one message, and one row per message lists
 * its words. All of it is a function of the ticket's header and the message row.
 */
const table = 'Views'

const view = 'search'

/** A message in one generation of the index. */
export interface MessageRef {
  tenant: string
  ticketId: string
  seq: number
  generation: number
}

const Counts = z.record(z.string(), z.int().positive())

/**
 * The words of one message, and how often each occurs: every word row of it is named here, so that all of them can be removed when its text
 * is gone.
 */
export const IndexedMessage = z.object({
  ticketId: ResourceId,
  seq: z.int().positive(),
  at: z.iso.datetime(),
  title: Counts,
  text: Counts,
})
export type IndexedMessage = z.infer<typeof IndexedMessage>

/** One word in one message. */
export const FoundWord = z.object({
  word: z.string(),
  ticketId: ResourceId,
  seq: z.int().positive(),
  inTitle: z.int().nonnegative(),
  inText: z.int().nonnegative(),
})
export type FoundWord = z.infer<typeof FoundWord>

export function indexedMessageRow({ tenant, ticketId, seq, generation }: MessageRef): RowRead<IndexedMessage> {
  const key = { pk: ticketPartition(tenant, generation, ticketId), sk: `MESSAGE#${seqKey(seq)}` }
  return { table, key, parse: parseIndexedMessage }
}

/** The indexed messages of one ticket, newest first. */
export function indexedMessagesQuery(tenant: string, generation: number, ticketId: string): Query {
  return { table, partition: ticketPartition(tenant, generation, ticketId), descending: true }
}

function ticketPartition(tenant: string, generation: number, ticketId: string): string {
  return `${viewKey(tenant, { view, generation })}#TICKET#${ticketId}`
}

/** Throws `ZodError` when the row is not the words of a message. */
export function parseIndexedMessage(row: Row): IndexedMessage {
  return IndexedMessage.parse(row)
}

/** Throws `ZodError` when the row is not a word in a message. */
export function parseFoundWord(row: Row): FoundWord {
  return FoundWord.parse(row)
}

/**
 * The writes that make the index equal to the live rows of a message, however often they are done: `stored` is what is indexed, `live` what
 * there is, undefined when the text is gone. After any first part of them, the list of the message names every word row that is stored, so
 * that the next attempt can complete them.
 */
export function indexMessage(
  ref: MessageRef,
  stored: IndexedMessage | undefined,
  live: { ticket: Ticket; message: Message } | undefined,
): Write[] {
  const wanted = live && indexedMessage(ref, live)
  const before = stored ? foundWords(stored) : []
  const after = wanted ? foundWords(wanted) : []
  const kept = new Set(stored?.at === wanted?.at ? after.map(({ word }) => word) : [])
  const gone = before.filter(({ word }) => !kept.has(word))
  const { key } = indexedMessageRow(ref)
  const list: Write[] = []
  if (wanted && after.length > 0) list.push({ kind: 'put', table, row: { ...key, tenant: ref.tenant, ...wanted } })
  else if (stored) list.push({ kind: 'delete', table, key })
  return [
    ...gone.map(({ word }): Write => ({ kind: 'delete', table, key: wordKey(ref, stored?.at ?? '', word) })),
    ...list,
    ...after.map((found): Write => {
      const row = { ...wordKey(ref, wanted?.at ?? '', found.word), tenant: ref.tenant, ...found }
      return { kind: 'put', table, row }
    }),
  ]
}

function indexedMessage(
  { ticketId, seq }: MessageRef,
  { ticket, message }: { ticket: Ticket; message: Message },
): IndexedMessage {
  // The title belongs to the text that the ticket was opened with.
  const title = seq === 1 ? wordsOf(ticket.title, messageWordsMax) : new Map<string, number>()
  const text = wordsOf(message.body, messageWordsMax - title.size)
  return { ticketId, seq, at: message.createdAt, title: Object.fromEntries(title), text: Object.fromEntries(text) }
}

/** Every distinct word of a message. */
export function foundWords({ ticketId, seq, title, text }: IndexedMessage): FoundWord[] {
  // Maps, as a word may be the name of something that every object has.
  const [inTitle, inText] = [title, text].map((counts) => new Map(Object.entries(counts)))
  return [...new Set([...Object.keys(title), ...Object.keys(text)])].map((word) => ({
    word,
    ticketId,
    seq,
    inTitle: inTitle?.get(word) ?? 0,
    inText: inText?.get(word) ?? 0,
  }))
}

/** Words are spread over partitions by their first character, so that those with a common beginning are read together. */
function wordsPartition(tenant: string, generation: number, word: string): string {
  const [first = ''] = word
  return `${viewKey(tenant, { view, generation })}#WORD#${first}`
}

/** The newest message of a word comes last. No word contains `#`, which is punctuation. */
function wordKey({ tenant, ticketId, seq, generation }: MessageRef, at: string, word: string) {
  return { pk: wordsPartition(tenant, generation, word), sk: `${word}#${at}#${ticketId}#${seqKey(seq)}` }
}

/** The messages with exactly this word, newest first. */
export function wordQuery(tenant: string, generation: number, word: string): Query {
  const partition = wordsPartition(tenant, generation, word)
  return { table, partition, sort: { prefix: `${word}#` }, descending: true }
}

/** The messages with a longer word that begins with this one, by word. */
export function longerWordsQuery(tenant: string, generation: number, word: string): Query {
  const partition = wordsPartition(tenant, generation, word)
  // Behind `#`, which ends the word itself, and before every character that no text contains.
  return { table, partition, sort: { from: `${word}$`, to: `${word}\u{10ffff}` } }
}
