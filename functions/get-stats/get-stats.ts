import * as z from 'zod'
import { agents } from '../../app/http/endpoint.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { readCatalog } from '../../app/views/catalog.ts'
import { readStats, viewStateOf } from '../../app/views/view-state.ts'
import { StatusCounts, sumStats, TicketStats } from '../../domain/ticket-stats.ts'

const { asOf } = TicketStats.shape

/** A read model, eventually consistent with the tickets; `asOf` is null before the tenant's first event. */
const StatsResource = z.strictObject({ asOf: asOf.nullable(), counts: StatusCounts }).meta({
  id: 'Stats',
  description: 'Number of tickets by status. `asOf` is the time of the last event that is included.',
})

export const getStats = readEndpoint('get-stats', {
  summary: "Count the tenant's tickets by status",
  roles: agents,
  async respond({ caller: { tenant } }, store) {
    const { catalog } = await readCatalog(store)
    const shards = await readStats(store, tenant, catalog)
    return jsonResponse(sumStats(shards), { viewSequence: viewStateOf(shards).viewSequence })
  },
  success: { status: 200, schema: StatsResource, isView: true },
})
