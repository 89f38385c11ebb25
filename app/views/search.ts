import { readRow } from '../../tables/read-row.ts'
import { indexedMessageRow, indexMessage, type MessageRef } from '../../tables/search.ts'
import type { Store, Write } from '../../tables/store.ts'
import { messageRow, ticketRow } from '../../tables/tickets.ts'
import type { Projection } from './projection.ts'

/**
 * The full-text search. An event only says that there is a message: its words come from the live row, by sequence number. So a text that is
 * gone stays gone, also in an index that is rebuilt from the events.
 */
export const searchProjection: Projection = {
  view: 'search',
  aggregates: ['ticket'],
  isGradual: true,
  concerns: ({ data }) => 'messageId' in data,
  async project(store, { tenant, aggregate, seq }, generation) {
    return indexLiveMessage(store, { tenant, ticketId: aggregate.id, seq, generation })
  },
}

/** The writes that make one generation of the index equal to a message's live rows. */
export async function indexLiveMessage(store: Pick<Store, 'get'>, ref: MessageRef): Promise<Write[]> {
  const { tenant, ticketId, seq } = ref
  const [stored, ticket, message] = await Promise.all([
    readRow(store, indexedMessageRow(ref)),
    readRow(store, ticketRow(tenant, ticketId)),
    readRow(store, messageRow(tenant, ticketId, seq)),
  ])
  return indexMessage(ref, stored, ticket && message && { ticket, message })
}
