import * as z from 'zod'
import { statusChangeOf } from './causes.ts'
import type { DomainEvent } from './event.ts'
import { type Status, statuses } from './ticket-status.ts'

/** One count per status. */
export const StatusCounts = z.strictObject(
  Object.fromEntries(statuses.map((status) => [status, z.int().nonnegative()])) as Record<Status, z.ZodInt>,
)
export type StatusCounts = z.infer<typeof StatusCounts>

/** The counts of a tenant without tickets. */
export const noTickets = Object.fromEntries(statuses.map((status) => [status, 0])) as StatusCounts

/**
 * The number of tickets in each status after `seq` events, the latest of which was recorded at `asOf`. Parses counts that were stored
 * before a status was added (the count is 0) and after one was removed (the count stays): a change of the transition table must not
 * make every stored row unreadable, which would block the projection of every ticket.
 */
export const TicketStats = z.object({
  seq: z.int().positive(),
  asOf: z.iso.datetime(),
  counts: z
    .record(z.string(), z.int().nonnegative())
    .transform((stored): StatusCounts => ({ ...noTickets, ...stored })),
})
export type TicketStats = z.infer<typeof TicketStats>

/**
 * The counts after one more event. The events of one ticket must come in order and once each; across tickets any order gives the same
 * result. Throws `Error` when a ticket leaves a status in which there is none.
 */
export function projectStats(stats: TicketStats | undefined, event: DomainEvent): TicketStats {
  const counts = { ...(stats?.counts ?? noTickets) }
  if (event.type === 'ticket.opened') counts.open++
  const change = statusChangeOf(event)
  if (change) {
    const { from, to } = change
    if (counts[from] === 0) throw new Error(`a ticket leaves status ${from}, but no ticket is counted there`)
    counts[from]--
    counts[to]++
  }
  const asOf = stats && stats.asOf > event.recordedAt ? stats.asOf : event.recordedAt
  return { seq: (stats?.seq ?? 0) + 1, asOf, counts }
}

/** Adds up the stats of a tenant's shards. `asOf` is null before the first event. */
export function sumStats(shards: readonly TicketStats[]): { asOf: string | null; counts: StatusCounts } {
  const counts = { ...noTickets }
  for (const shard of shards) for (const status of statuses) counts[status] += shard.counts[status]
  const latest = shards.map(({ asOf }) => asOf).toSorted()
  return { asOf: latest.at(-1) ?? null, counts }
}
