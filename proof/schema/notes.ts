import type { Note, OptionalNote, StoredNote } from './row-kind.ts'

/** Notes on attributes that many kinds have. */
export const tenantNote: StoredNote = { type: 'text', meaning: 'tenant, the same as in the key' }

export const earlierVersions = 'on rows of earlier versions'

export const eventHash: OptionalNote = {
  meaning: 'hash of its newest event, which the next one is chained to',
  changes: 'with each event',
  absent: 'where no event has been stored since events are chained',
}
export const version: Note = { meaning: 'number of its events', changes: 'with each event, by 1' }
export const updatedAt: Note = {
  meaning: 'when the request of its newest event was received',
  changes: 'with each event',
}
export const correlationId = 'follows the request from which it comes through everything'
export const traceparent: OptionalNote = {
  meaning: 'W3C Trace Context of the request',
  absent: 'without a request, and on rows of earlier versions',
}
export const person = (meaning: string, rest: Partial<Note> = {}): Note => ({ meaning, personal: 'id', ...rest })

/** A key attribute of an index. */
export const indexKey = (is: string, rest: Partial<StoredNote> = {}): StoredNote => ({
  type: 'text',
  meaning: `key of an index: \`${is}\``,
  ...rest,
})

export const aggregate = 'the aggregate: type and id'
