import type { Note, OptionalNote, StoredNote } from './row-kind.ts'

/** Notes on attributes that many kinds have. */
export const tenantNote: StoredNote = { type: 'text', says: 'tenant, the same as in the key' }

export const earlierVersions = 'on rows of earlier versions'

export const eventHash: OptionalNote = {
  says: 'hash of its newest event, which the next one is chained to',
  changes: 'with each event',
  absent: 'where no event has been stored since events are chained',
}
export const version: Note = { says: 'number of its events', changes: 'with each event, by 1' }
export const updatedAt: Note = { says: 'when the request of its newest event was received', changes: 'with each event' }
export const correlationId = 'follows the request from which it comes through everything'
export const traceparent: OptionalNote = {
  says: 'W3C Trace Context of the request',
  absent: 'without a request, and on rows of earlier versions',
}
export const person = (says: string, rest: Partial<Note> = {}): Note => ({ says, personal: 'id', ...rest })

/** A key attribute of an index. */
export const indexKey = (is: string, rest: Partial<StoredNote> = {}): StoredNote => ({
  type: 'text',
  says: `key of an index: \`${is}\``,
  ...rest,
})

export const aggregate = 'the aggregate: type and id'
