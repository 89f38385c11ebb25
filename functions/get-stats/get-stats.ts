import * as z from 'zod'
import { json } from '../../app/http/answer.ts'
import { agents } from '../../app/http/endpoint.ts'
import { read } from '../../app/http/read.ts'
import { StatusCounts, sumStats, TicketStats } from '../../domain/ticket-stats.ts'
import { parseStats, statsQuery } from '../../tables/views.ts'

const { asOf } = TicketStats.shape

/** The tenant's tickets by status, as a read model that follows the events; `asOf` is null until it has seen one. */
const StatsResource = z
  .strictObject({ asOf: asOf.nullable(), counts: StatusCounts })
  .meta({ id: 'Stats', description: 'Tickets by status, as of the last event that is counted in.' })

export const getStats = read('get-stats', {
  summary: "Counts the tenant's tickets by status",
  roles: agents,
  async answer({ caller: { tenant } }, store) {
    // One page: a tenant has a handful of these rows, each of some hundred bytes.
    const { rows } = await store.query(statsQuery(tenant))
    return json(sumStats(rows.map(parseStats)))
  },
  success: { status: 200, schema: StatsResource },
})
