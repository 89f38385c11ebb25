import * as z from 'zod'
import { Activity, type Contribution, contribute, TrackedTicket } from '../domain/dashboard.ts'
import { minuteMs } from '../domain/durations.ts'
import { absent } from './condition.ts'
import type { RowRead } from './keys.ts'
import type { Query, Row, Write } from './store.ts'
import { viewKey, viewShard } from './views.ts'

/** `Views`: what happened in one hour to the tickets of one shard of a tenant, and what the dashboard remembers of one ticket. */
const table = 'Views'

const view = 'dashboard'
const quarterMs = 15 * minuteMs
const quartersPerHour = 4

/** Counts are per quarter of the hour: a day of every time zone begins at a quarter. */
export const ActiveHour = z.object({
  /** `2026-03-01T11`, UTC. */
  hour: z.string(),
  /** Counts its changes; 1 with the first. */
  changes: z.int().positive(),
  quarters: z.record(z.string(), Activity),
})
export type ActiveHour = z.infer<typeof ActiveHour>

/** The hour of a time. */
export function hourOf(at: string): string {
  return new Date(at).toISOString().slice(0, 13)
}

/** The hour in which something happens to a ticket. */
export function hourRow(
  tenant: string,
  { at, ticketId }: { at: string; ticketId: string },
  generation: number,
): RowRead<ActiveHour> {
  const sk = `HOUR#${hourOf(at)}#${viewShard(ticketId)}`
  return { table, key: { pk: viewKey(tenant, { view, generation }), sk }, parse: parseHour }
}

/** Throws `ZodError` when the row is no active hour. */
export function parseHour(row: Row): ActiveHour {
  return ActiveHour.parse(row)
}

/** The hours with activity between two times, both included. */
export function hoursQuery(tenant: string, generation: number, { from, to }: { from: string; to: string }): Query {
  // `$` comes after the `#` of every shard.
  const sort = { from: `HOUR#${hourOf(from)}#`, to: `HOUR#${hourOf(to)}$` }
  return { table, partition: viewKey(tenant, { view, generation }), sort }
}

/** Adds contributions of one ticket, all of this hour, to the hour as it was read. */
export function addToHour(
  tenant: string,
  generation: number,
  before: ActiveHour | undefined,
  { at, ticketId, contributions }: { at: string; ticketId: string; contributions: readonly Contribution[] },
): Write {
  const quarters = { ...before?.quarters }
  for (const contribution of contributions) {
    const quarter = Math.floor(Date.parse(contribution.at) / quarterMs) % quartersPerHour
    quarters[quarter] = contribute(quarters[quarter] ?? {}, contribution)
  }
  const hour: ActiveHour = { hour: hourOf(at), changes: (before?.changes ?? 0) + 1, quarters }
  const when = before ? ({ attribute: 'changes', equals: before.changes } as const) : absent
  return { kind: 'put', table, row: { ...hourRow(tenant, { at, ticketId }, generation).key, tenant, ...hour }, when }
}

/** The activity of each quarter of an hour, with the time when it begins. */
export function quartersOf({ hour, quarters }: ActiveHour): { startsAt: string; activity: Activity }[] {
  return Object.entries(quarters).map(([quarter, activity]) => ({
    startsAt: `${hour}:${String(Number(quarter) * 15).padStart(2, '0')}:00.000Z`,
    activity,
  }))
}

export function trackedRow(tenant: string, ticketId: string, generation: number): RowRead<TrackedTicket> {
  const pk = `${viewKey(tenant, { view, generation })}#TICKET#${ticketId}`
  return { table, key: { pk, sk: 'TRACKED' }, parse: (row) => TrackedTicket.parse(row) }
}

/** Replaces what was remembered, as it was read. */
export function putTracked(
  tenant: string,
  ticketId: string,
  generation: number,
  before: TrackedTicket | undefined,
  after: TrackedTicket,
): Write {
  const when = before ? ({ attribute: 'seq', equals: before.seq } as const) : absent
  return { kind: 'put', table, row: { ...trackedRow(tenant, ticketId, generation).key, tenant, ...after }, when }
}
