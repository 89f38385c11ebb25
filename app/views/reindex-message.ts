import { generationsOf, maintainedGenerations } from '../../domain/view-catalog.ts'
import { generationKey, replaceProjections } from '../../tables/projections.ts'
import { readRow } from '../../tables/read-row.ts'
import { Retries } from '../../tables/retries.ts'
import { indexedMessageRow, indexMessage, type MessageRef } from '../../tables/search.ts'
import { readCatalog } from './catalog.ts'
import { commitAhead, type ProjectionDeps } from './commit-ahead.ts'
import { readProjections } from './generations.ts'
import { indexLiveMessage } from './search.ts'

/**
 * Makes the index equal to a message whose live rows were changed or removed by something other than an event: an erasure, a repair. When
 * it returns, no generation that ever was, given up ones included, holds a word that the message does not have, and no projection that is
 * under way can bring one back. It can be stopped at any moment and repeated. Throws `Error` at the deadline (epoch milliseconds).
 */
export async function reindexMessage(
  deps: ProjectionDeps,
  { tenant, ticketId, seq }: Omit<MessageRef, 'generation'>,
  deadlineMs: number,
): Promise<void> {
  const { store, runtime } = deps
  const retries = new Retries(runtime, deadlineMs)
  do {
    const { catalog } = await readCatalog(store)
    const stored = await readProjections(store, { tenant, aggregate: { type: 'ticket', id: ticketId } })
    const maintained = maintainedGenerations(catalog).map(generationKey)
    const numbers = Array.from({ length: generationsOf(catalog, 'search').highest }, (_, index) => index + 1)
    const writes = await Promise.all(
      numbers.map(async (generation) => {
        const key = generationKey({ view: 'search', generation })
        const ref = { tenant, ticketId, seq, generation }
        // Beyond its sequence, a generation gets the message with its event.
        if (maintained.includes(key) && (stored.seqs[key] ?? 0) >= seq) return indexLiveMessage(store, ref)
        return indexMessage(ref, await readRow(store, indexedMessageRow(ref)), undefined)
      }),
    )
    const rest = await commitAhead(deps, stored, writes.flat())
    if (!rest) continue
    const committing = [replaceProjections(stored, stored.seqs), ...rest]
    const { status } = await store.transactWrite(committing, runtime.newId())
    if (status === 'committed') return
  } while (await retries.next())
  throw new Error(`the index of message ${seq} could not be changed in time: repeat it`)
}
