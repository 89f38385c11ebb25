import * as z from 'zod'
import { sumStats, TicketStats } from '../../domain/ticket-stats.ts'
import { statsOf, statsOfTenant } from '../../tables/views.ts'
import { json } from '../http/answer.ts'
import { agents } from '../http/endpoint.ts'
import { read } from '../http/read.ts'

const { asOf, counts } = TicketStats.shape

/** The tenant's tickets by status, as a read model that follows the events; `asOf` is null until it has seen one. */
const StatsResource = z
  .strictObject({ asOf: asOf.nullable(), counts })
  .meta({ id: 'Stats', description: 'Tickets by status, as of the last event that is counted in.' })

export const getStats = read({
  operation: 'GET /stats',
  summary: "Counts the tenant's tickets by status",
  roles: agents,
  async answer({ caller: { tenant } }, store) {
    // One page: a tenant has a handful of these rows, each of some hundred bytes.
    const { rows } = await store.query(statsOfTenant(tenant))
    return json(sumStats(rows.map(statsOf)))
  },
  success: { status: 200, schema: StatsResource },
})
