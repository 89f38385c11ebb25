import * as z from 'zod'
import type { DomainEvent } from './event.ts'
import { type Status, statuses } from './ticket-status.ts'

/** How many tickets are in each status, as told by `seq` events, of which the latest was recorded at `asOf`. */
export const TicketStats = z.strictObject({
  seq: z.int().positive(),
  asOf: z.iso.datetime(),
  counts: z.strictObject(
    Object.fromEntries(statuses.map((status) => [status, z.int().nonnegative()])) as Record<Status, z.ZodInt>,
  ),
})
export type TicketStats = z.infer<typeof TicketStats>

/**
 * One event more. Each ticket's events must come in order and once; between tickets any order gives the same result,
 * which is why nothing but the events goes in. Throws `Error` on an event that can't follow.
 */
export function projectStats(stats: TicketStats | undefined, event: DomainEvent): TicketStats {
  const counts = { ...(stats?.counts ?? none) }
  if (event.type === 'ticket.opened') counts.open++
  if (event.type === 'ticket.status_changed') {
    counts[event.data.from]--
    counts[event.data.to]++
    if (counts[event.data.from] < 0) throw new Error(`a ticket leaves ${event.data.from}, where none is`)
  }
  const asOf = stats && stats.asOf > event.recordedAt ? stats.asOf : event.recordedAt
  return { seq: (stats?.seq ?? 0) + 1, asOf, counts }
}

/** Parts of a tenant's tickets counted apart, added up. `asOf` is null while there has been no event. */
export function sumStats(parts: readonly TicketStats[]): { asOf: string | null; counts: Record<Status, number> } {
  const counts = { ...none }
  for (const part of parts) for (const status of statuses) counts[status] += part.counts[status]
  const asOf =
    parts
      .map((part) => part.asOf)
      .toSorted()
      .at(-1) ?? null
  return { asOf, counts }
}

const none = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<Status, number>
