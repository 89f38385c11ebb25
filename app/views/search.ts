import { readRow } from '../../tables/read-row.ts'
import { indexedMessageRow, indexMessage, type MessageRef } from '../../tables/search.ts'
import type { Write } from '../../tables/store.ts'
import { messageRow, ticketRow } from '../../tables/tickets.ts'
import { EventUnreadableError } from '../consume/consumer.ts'
import type { Projection, ProjectionReads } from './projection.ts'

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

/**
 * The writes that make one generation of the index equal to a message's live rows. Throws
 * {@link EventUnreadableError} while they can't be read.
 */
export async function indexLiveMessage(store: ProjectionReads, ref: MessageRef): Promise<Write[]> {
  const { tenant, ticketId, seq } = ref
  const [stored, ticket, message] = await Promise.all([
    readRow(store, indexedMessageRow(ref)),
    readRow(store, ticketRow(tenant, ticketId)),
    readRow(store, messageRow(tenant, ticketId, seq)),
  ])
  return indexMessage(ref, stored, ticket && message ? { ticket, message } : await readAtOnce(store, ref))
}

/**
 * The rows of a message that plain reads did not find. They may see a transaction half applied, its event published already; a
 * transactional read waits until it is whole. What this one does not find either is gone.
 */
async function readAtOnce(store: ProjectionReads, { tenant, ticketId, seq }: MessageRef) {
  const reads = [ticketRow(tenant, ticketId), messageRow(tenant, ticketId, seq)] as const
  const outcome = await store.transactRead(reads)
  if (outcome.status !== 'read')
    throw new EventUnreadableError(`message ${seq} of ticket ${ticketId} is being written: try again`)
  const [ticket, message] = outcome.rows
  return ticket && message && { ticket: reads[0].parse(ticket), message: reads[1].parse(message) }
}
