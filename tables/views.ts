import { TicketStats } from '../domain/ticket-stats.ts'
import { absent } from './condition.ts'
import { type RowRead, sha256, tenantKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/**
 * `Views`: one row of a read model. Rebuildable from `Events` byte for byte; each row carries the `seq` it reflects.
 */
const table = 'Views'

/**
 * A tenant's tickets are counted in this many rows, by hash of their ids, so that they can be counted at the same time.
 */
const statsShards = 8

/** The row in which a ticket is counted. */
export function statsShard(ticketId: string): number {
  return Number.parseInt(sha256(ticketId).slice(0, 8), 16) % statsShards
}

const keyOf = (tenant: string, shard: number) => ({ pk: tenantKey(tenant, 'STATS'), sk: `SHARD#${shard}` })

export function statsRow(tenant: string, shard: number): RowRead<TicketStats> {
  return { table, key: keyOf(tenant, shard), parse: parseStats }
}

/** All of a tenant's rows of ticket counts. */
export function statsQuery(tenant: string): Query {
  return { table, partition: tenantKey(tenant, 'STATS') }
}

/** Throws `ZodError` on a row that holds no counts. */
export function parseStats({ pk: _, sk: __, tenant: ___, ...row }: Row): TicketStats {
  return TicketStats.parse(row)
}

/** The whole row as it is stored: what a rebuild must give too. */
export function toStatsRow(tenant: string, shard: number, stats: TicketStats): Row & { pk: string; sk: string } {
  return { ...keyOf(tenant, shard), tenant, ...stats }
}

/** Keeps counts that reflect one event more than the stored ones. */
export function putStats(tenant: string, shard: number, stats: TicketStats): Write {
  const when = stats.seq === 1 ? absent : ({ attribute: 'seq', equals: stats.seq - 1 } as const)
  return { kind: 'put', table, row: toStatsRow(tenant, shard, stats), when }
}
