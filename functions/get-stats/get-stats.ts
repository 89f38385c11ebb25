import * as z from 'zod'
import { agents } from '../../app/http/endpoint.ts'
import { readEndpoint } from '../../app/http/read-endpoint.ts'
import { jsonResponse } from '../../app/http/response.ts'
import { StatusCounts, sumStats, TicketStats } from '../../domain/ticket-stats.ts'
import { parseStats, statsQuery } from '../../tables/views.ts'

const { asOf } = TicketStats.shape

/** The tenant's tickets by status, as a read model that follows the events; `asOf` is null until it has seen one. */
const StatsResource = z
  .strictObject({ asOf: asOf.nullable(), counts: StatusCounts })
  .meta({ id: 'Stats', description: 'Tickets by status, as of the last event that is counted in.' })

export const getStats = readEndpoint('get-stats', {
  summary: "Counts the tenant's tickets by status",
  roles: agents,
  async respond({ caller: { tenant } }, store) {
    // One page: a tenant has a handful of these rows, each of some hundred bytes.
    const { rows } = await store.query(statsQuery(tenant))
    return jsonResponse(sumStats(rows.map(parseStats)))
  },
  success: { status: 200, schema: StatsResource },
})
