import * as z from 'zod'
import { minuteMs } from './durations.ts'
import type { DomainEvent } from './event.ts'
import { measures, TicketTimes, timesAfter } from './ticket-times.ts'

/** Upper bounds of the histogram of durations. What takes longer is counted as `longer`. */
export const durationBoundsMinutes = [5, 15, 60, 240, 480, 1_440, 4_320, 10_080] as const

const count = z.int().nonnegative()

/** Durations that were added up. `buckets` counts them by upper bound; one without any is absent. */
const Durations = z.object({ count, sumMs: count, buckets: z.record(z.string(), count) })
export type Durations = z.infer<typeof Durations>

/** What happened in some time. What did not happen is absent. */
export const Activity = z.object({
  opened: count.optional(),
  closed: count.optional(),
  firstAnswers: Durations.optional(),
  resolutions: Durations.optional(),
})
export type Activity = z.infer<typeof Activity>

/** What each number of the dashboard means, as its answers say. A change of a meaning needs a rebuild, as it holds for the past too. */
export const metricDefinitions = {
  byStatus: 'Tickets by the status that they have now, whenever they were opened.',
  opened: 'Tickets opened on the day.',
  closed:
    'Changes of a status to closed on the day: a ticket that is reopened and closed again counts again. A correction of the status does not change it.',
  firstAnswers: `Tickets first answered on the day, and how long it took. ${measures.firstAnswer}`,
  resolutions: `Tickets first resolved on the day, and how long it took. ${measures.resolution}`,
} as const

/** What the dashboard remembers of one ticket; `seq` is that of the event which has last changed it. */
export const TrackedTicket = TicketTimes.extend({ seq: z.int().positive() })
export type TrackedTicket = z.infer<typeof TrackedTicket>

/** What is to be added to the time at which it happened, or taken away again. */
export interface Contribution {
  at: string
  activity: Activity
  isTakenAway?: true
}

/** What an event adds, and the ticket as it is remembered after it: the same object when nothing about it changes. */
export interface Tracked {
  ticket: TrackedTicket
  contributions: Contribution[]
}

/** Follows one ticket, whose events come in order and once each. Throws `Error` when the first of them is not its opening. */
export function trackTicket(before: TrackedTicket | undefined, event: DomainEvent): Tracked {
  const times = timesAfter(before, event)
  const ticket = times === before ? before : { ...times, seq: event.seq }
  const { firstAnsweredAt, resolvedAt, openedAt } = ticket
  const contributions: Contribution[] = []
  if (!before) contributions.push({ at: openedAt, activity: { opened: 1 } })
  // A comment that was written before the first answer, and recorded after it, takes its place.
  if (before?.firstAnsweredAt !== undefined && firstAnsweredAt !== before.firstAnsweredAt)
    contributions.push({ ...answer(openedAt, before.firstAnsweredAt), isTakenAway: true })
  if (firstAnsweredAt !== undefined && firstAnsweredAt !== before?.firstAnsweredAt)
    contributions.push(answer(openedAt, firstAnsweredAt))
  // A correction takes back a resolution that was wrongly recorded.
  if (before?.resolvedAt !== undefined && resolvedAt !== before.resolvedAt)
    contributions.push({ ...resolution(openedAt, before.resolvedAt), isTakenAway: true })
  if (resolvedAt !== undefined && resolvedAt !== before?.resolvedAt)
    contributions.push(resolution(openedAt, resolvedAt))
  if (event.type === 'ticket.status_changed' && event.data.to === 'closed')
    contributions.push({ at: event.occurredAt, activity: { closed: 1 } })
  return { ticket, contributions }
}

function answer(openedAt: string, at: string): Contribution {
  return { at, activity: { firstAnswers: oneDuration(openedAt, at) } }
}

function resolution(openedAt: string, at: string): Contribution {
  return { at, activity: { resolutions: oneDuration(openedAt, at) } }
}

/** Never negative: the clocks of two functions differ. */
function oneDuration(from: string, to: string): Durations {
  const ms = Math.max(0, Date.parse(to) - Date.parse(from))
  const bound = durationBoundsMinutes.find((minutes) => ms <= minutes * minuteMs)
  return { count: 1, sumMs: ms, buckets: { [bound ?? 'longer']: 1 } }
}

export function addActivity(one: Activity, other: Activity): Activity {
  return combine(one, other, 1)
}

/** Adds a contribution, or takes it away. What was added once and taken away is 0, not absent. */
export function contribute(to: Activity, { activity, isTakenAway }: Contribution): Activity {
  return combine(to, activity, isTakenAway ? -1 : 1)
}

function combine(one: Activity, other: Activity, sign: 1 | -1): Activity {
  const sum = {
    opened: combineCounts(one.opened, other.opened, sign),
    closed: combineCounts(one.closed, other.closed, sign),
    firstAnswers: combineDurations(one.firstAnswers, other.firstAnswers, sign),
    resolutions: combineDurations(one.resolutions, other.resolutions, sign),
  }
  return Object.fromEntries(Object.entries(sum).filter(([, value]) => value !== undefined))
}

function combineCounts(one: number | undefined, other: number | undefined, sign: 1 | -1): number | undefined {
  return other === undefined ? one : (one ?? 0) + sign * other
}

function combineDurations(
  one: Durations | undefined,
  other: Durations | undefined,
  sign: 1 | -1,
): Durations | undefined {
  if (!other) return one
  const { count, sumMs, buckets: before } = one ?? { count: 0, sumMs: 0, buckets: {} }
  const buckets = { ...before }
  for (const [bound, more] of Object.entries(other.buckets)) buckets[bound] = (buckets[bound] ?? 0) + sign * more
  return { count: count + sign * other.count, sumMs: sumMs + sign * other.sumMs, buckets }
}
