import { projectStats } from '../../domain/ticket-stats.ts'
import { readRow } from '../../tables/read-row.ts'
import { putStats, statsRow, viewShard } from '../../tables/views.ts'
import { type Projection, projectOrPoison } from './projection.ts'

/**
 * The number of a tenant's tickets by status. It counts every event of a ticket, so that its sequence is comparable to the tickets' own.
 */
export const statsProjection: Projection = {
  view: 'stats',
  aggregates: ['ticket'],
  concerns: () => true,
  async project(store, event, generation) {
    const { tenant, aggregate } = event
    const shard = viewShard(aggregate.id)
    const stats = await readRow(store, statsRow(tenant, shard, generation))
    const next = projectOrPoison('stats', () => projectStats(stats, event))
    return [putStats(tenant, shard, next, generation)]
  },
}
