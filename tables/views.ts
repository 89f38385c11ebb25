import { TicketStats } from '../domain/ticket-stats.ts'
import { absent } from './condition.ts'
import { type RowRead, sha256, tenantKey } from './keys.ts'
import type { Query, Row, Write } from './store.ts'

/** `Views`: one row of a read model. It can be rebuilt from `Events` byte for byte. `seq` is the number of events it reflects. */
const table = 'Views'

/** The counts of a tenant are sharded over this many rows by ticket id, so that events of several tickets can be projected concurrently. */
const statsShards = 8

/** The shard that counts a ticket. */
export function statsShard(ticketId: string): number {
  return Number.parseInt(sha256(ticketId).slice(0, 8), 16) % statsShards
}

const keyOf = (tenant: string, shard: number) => ({ pk: tenantKey(tenant, 'STATS'), sk: `SHARD#${shard}` })

export function statsRow(tenant: string, shard: number): RowRead<TicketStats> {
  return { table, key: keyOf(tenant, shard), parse: parseStats }
}

/** All shards of a tenant's ticket counts. */
export function statsQuery(tenant: string): Query {
  return { table, partition: tenantKey(tenant, 'STATS') }
}

/** Throws `ZodError` when the row contains no counts. */
export function parseStats({ pk: _, sk: __, tenant: ___, ...row }: Row): TicketStats {
  return TicketStats.parse(row)
}

/** The complete stored row. A rebuild must produce the same bytes. */
export function toStatsRow(tenant: string, shard: number, stats: TicketStats): Row & { pk: string; sk: string } {
  return { ...keyOf(tenant, shard), tenant, ...stats }
}

/** Stores counts that reflect exactly one event more than the stored ones. */
export function putStats(tenant: string, shard: number, stats: TicketStats): Write {
  const when = stats.seq === 1 ? absent : ({ attribute: 'seq', equals: stats.seq - 1 } as const)
  return { kind: 'put', table, row: toStatsRow(tenant, shard, stats), when }
}
