import { sha256Hex } from '../domain/sha256.ts'
import { TicketStats } from '../domain/ticket-stats.ts'
import type { ViewGeneration } from '../domain/view-catalog.ts'
import { absent } from './condition.ts'
import { type RowRead, tenantKey } from './keys.ts'
import type { Page, Query, Row, Store, Write } from './store.ts'

/** `Views`: one row of a read model. It can be rebuilt from `Events` byte for byte. `seq` is the number of events it reflects. */
const table = 'Views'

/**
 * Rows that many tickets of a tenant change are split over this many shards by ticket id, so that their events
 * can be projected concurrently.
 */
export const viewShards = 8

/** The shard of a ticket, the same in every read model. */
export function viewShard(ticketId: string): number {
  return Number.parseInt(sha256Hex(ticketId).slice(0, 8), 16) % viewShards
}

/** The partition of one generation of a tenant's read model. The first generation has no number: it is older than generations are. */
export function viewKey(tenant: string, { view, generation }: ViewGeneration): string {
  const name = view.toUpperCase()
  return generation === 1 ? tenantKey(tenant, name) : tenantKey(tenant, `${name}@${generation}`)
}

/** Whether the row is in one of these generations: in its own partition, or in one of the partitions whose keys begin with it. */
export function isOfGenerations({ pk }: Row, generations: readonly ViewGeneration[]): boolean {
  const [, tenant] = String(pk).split('#')
  return tenant !== undefined && generations.some((one) => `${pk}#`.startsWith(`${viewKey(tenant, one)}#`))
}

const keyOf = (tenant: string, shard: number, generation: number) => ({
  pk: viewKey(tenant, { view: 'stats', generation }),
  sk: `SHARD#${shard}`,
})

export function statsRow(tenant: string, shard: number, generation = 1): RowRead<TicketStats> {
  return { table, key: keyOf(tenant, shard, generation), parse: parseStats }
}

/** All shards of a tenant's ticket counts. */
export function statsQuery(tenant: string, generation = 1): Query {
  return { table, partition: viewKey(tenant, { view: 'stats', generation }) }
}

/** Throws `ZodError` when the row contains no counts. */
export function parseStats({ pk: _, sk: __, tenant: ___, ...row }: Row): TicketStats {
  return TicketStats.parse(row)
}

/** The complete stored row. A rebuild must produce the same bytes. */
export function toStatsRow(
  tenant: string,
  shard: number,
  stats: TicketStats,
  generation = 1,
): Row & { pk: string; sk: string } {
  return { ...keyOf(tenant, shard, generation), tenant, ...stats }
}

/** Stores counts that reflect exactly one event more than the stored ones. */
export function putStats(tenant: string, shard: number, stats: TicketStats, generation = 1): Write {
  const when = stats.seq === 1 ? absent : ({ attribute: 'seq', equals: stats.seq - 1 } as const)
  return { kind: 'put', table, row: toStatsRow(tenant, shard, stats, generation), when }
}

/** Whether anything was ever projected, or registered, for any tenant. */
export async function hasViewRows(store: Pick<Store, 'scan'>): Promise<boolean> {
  let page: Page | undefined
  do {
    page = await store.scan({ table, limit: 1, after: page?.next })
    if (page.rows.length > 0) return true
  } while (page.next)
  return false
}
