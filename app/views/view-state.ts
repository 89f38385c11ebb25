import { sumStats, type TicketStats } from '../../domain/ticket-stats.ts'
import { generationsOf, type ViewCatalog } from '../../domain/view-catalog.ts'
import { queryRows } from '../../tables/query-rows.ts'
import type { Store } from '../../tables/store.ts'
import { parseStats, statsQuery } from '../../tables/views.ts'

/** How many of a tenant's ticket events the read models reflect, and when the latest of them was recorded: null before the first. */
export interface ViewState {
  asOf: string | null
  viewSequence: number
}

/**
 * The state of all of a tenant's read models: an event is projected into every one of them in one transaction, so the counts of `stats` are
 * the count for all.
 */
export async function readViewState(store: Store, tenant: string, catalog: ViewCatalog): Promise<ViewState> {
  return viewStateOf(await readStats(store, tenant, catalog))
}

/** The shards of a tenant's live counts. */
export async function readStats(store: Store, tenant: string, catalog: ViewCatalog): Promise<TicketStats[]> {
  return (await queryRows(store, statsQuery(tenant, generationsOf(catalog, 'stats').live))).map(parseStats)
}

export function viewStateOf(shards: readonly TicketStats[]): ViewState {
  return { asOf: sumStats(shards).asOf, viewSequence: shards.reduce((sum, { seq }) => sum + seq, 0) }
}
