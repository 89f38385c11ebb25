import type { DomainEvent } from '../../domain/event.ts'
import { projectStats } from '../../domain/ticket-stats.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store, Write } from '../../tables/store.ts'
import { putStats, statsRow, statsShard } from '../../tables/views.ts'
import { type Consumer, PoisonEventError } from '../consume/consumer.ts'

/** Maintains the read models: at present the number of a tenant's tickets by status. */
export function projectViews(store: Store): Consumer {
  return { name: 'project-views', handle: (event) => countTicket(store, event) }
}

/** The write is conditional on the counts as they were read. */
async function countTicket(store: Store, event: DomainEvent): Promise<Write[]> {
  const { tenant, aggregate } = event
  if (aggregate.type !== 'ticket') return []
  const shard = statsShard(aggregate.id)
  const stats = await readRow(store, statsRow(tenant, shard))
  return [putStats(tenant, shard, projectOrPoison(stats, event))]
}

/** The projection is a pure function, so an event on which it fails is poison. */
function projectOrPoison(...args: Parameters<typeof projectStats>) {
  try {
    return projectStats(...args)
  } catch (cause) {
    throw new PoisonEventError('the event does not fit the stored counts', { cause })
  }
}
