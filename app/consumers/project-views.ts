import type { DomainEvent } from '../../domain/event.ts'
import { projectStats } from '../../domain/ticket-stats.ts'
import { readRow } from '../../tables/read-row.ts'
import type { Store, Write } from '../../tables/store.ts'
import { putStats, statsRow, statsShard } from '../../tables/views.ts'
import { type Consumer, PoisonEventError } from '../consume/consumer.ts'

/** Keeps the read models: so far, a tenant's tickets by status. */
export function projectViews(store: Store): Consumer {
  return { name: 'project-views', effectOf: (event) => countTicket(store, event) }
}

/** The counts are written under the condition that they are as they were read, beside the checkpoint. */
async function countTicket(store: Store, event: DomainEvent): Promise<Write[]> {
  const { tenant, aggregate } = event
  if (aggregate.type !== 'ticket') return []
  const shard = statsShard(aggregate.id)
  const stats = await readRow(store, statsRow(tenant, shard))
  return [putStats(tenant, shard, projected(stats, event))]
}

/** A pure function that fails on this event will fail on it again. */
function projected(...args: Parameters<typeof projectStats>) {
  try {
    return projectStats(...args)
  } catch (cause) {
    throw new PoisonEventError('the counts do not fit this event', { cause })
  }
}
