import * as z from 'zod'
import { agents } from '../../app/http/endpoint.ts'
import { viewEndpoint } from '../../app/http/view-endpoint.ts'
import { readStats, viewStateOf } from '../../app/views/view-state.ts'
import { StatusCounts, sumStats, TicketStats } from '../../domain/ticket-stats.ts'

const { asOf } = TicketStats.shape

/** A read model, eventually consistent with the tickets; `asOf` is null before the tenant's first event. */
const StatsResource = z.strictObject({ asOf: asOf.nullable(), counts: StatusCounts }).meta({
  id: 'Stats',
  description: 'Number of tickets by status. `asOf` is the time of the last event that is included.',
})

export const getStats = viewEndpoint('get-stats', {
  summary: "Count the tenant's tickets by status",
  roles: agents,
  view: 'stats',
  async respond({ caller: { tenant }, catalog }, store) {
    const shards = await readStats(store, tenant, catalog)
    return { body: sumStats(shards), viewSequence: viewStateOf(shards).viewSequence }
  },
  schema: StatsResource,
})
