import * as z from 'zod'
import type { DomainEvent } from './event.ts'
import { UserId } from './ids.ts'

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
  closed: 'Changes of a status to closed on the day: a ticket that is reopened and closed again counts again.',
  firstAnswers:
    'First answers given on the day, with the time since the ticket was opened. The first answer is the first recorded comment by anybody but the requester.',
  resolutions:
    'Tickets resolved on the day for the first time, with the time since they were opened. A later resolution of the same ticket does not count.',
} as const

/** What the dashboard remembers of one ticket. */
export const TrackedTicket = z.object({
  /** Of the event that has last changed what is remembered. */
  seq: z.int().positive(),
  openedAt: z.iso.datetime(),
  requester: UserId,
  isAnswered: z.boolean().optional(),
  isResolved: z.boolean().optional(),
})
export type TrackedTicket = z.infer<typeof TrackedTicket>

/** What an event adds, and the ticket as it is remembered after it: the same one when nothing about it changes. */
export interface Tracked {
  ticket: TrackedTicket
  activity?: Activity
}

/** Follows one ticket, whose events come in order and once each. Throws `Error` when the first of them is not its opening. */
export function trackTicket(ticket: TrackedTicket | undefined, event: DomainEvent): Tracked {
  const { occurredAt, seq, actor } = event
  if (event.type === 'ticket.opened')
    return { ticket: { seq, openedAt: occurredAt, requester: event.data.requester }, activity: { opened: 1 } }
  if (!ticket) throw new Error(`${event.type} comes before the ticket was opened`)
  if (event.type === 'ticket.comment_added' && !ticket.isAnswered && actor !== ticket.requester)
    return {
      ticket: { ...ticket, seq, isAnswered: true },
      activity: { firstAnswers: oneDuration(ticket.openedAt, occurredAt) },
    }
  if (event.type !== 'ticket.status_changed') return { ticket }
  if (event.data.to === 'closed') return { ticket, activity: { closed: 1 } }
  if (event.data.to === 'resolved' && !ticket.isResolved)
    return {
      ticket: { ...ticket, seq, isResolved: true },
      activity: { resolutions: oneDuration(ticket.openedAt, occurredAt) },
    }
  return { ticket }
}

/** Never negative: clocks of two functions differ, and a time may be claimed. */
function oneDuration(from: string, to: string): Durations {
  const ms = Math.max(0, Date.parse(to) - Date.parse(from))
  const bound = durationBoundsMinutes.find((minutes) => ms <= minutes * 60_000)
  return { count: 1, sumMs: ms, buckets: { [bound ?? 'longer']: 1 } }
}

export function addActivity(one: Activity, other: Activity): Activity {
  const sum = {
    opened: addCounts(one.opened, other.opened),
    closed: addCounts(one.closed, other.closed),
    firstAnswers: addDurations(one.firstAnswers, other.firstAnswers),
    resolutions: addDurations(one.resolutions, other.resolutions),
  }
  return Object.fromEntries(Object.entries(sum).filter(([, value]) => value !== undefined))
}

function addCounts(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined ? other : one + (other ?? 0)
}

function addDurations(one: Durations | undefined, other: Durations | undefined): Durations | undefined {
  if (!one || !other) return one ?? other
  const buckets = { ...one.buckets }
  for (const [bound, more] of Object.entries(other.buckets)) buckets[bound] = (buckets[bound] ?? 0) + more
  return { count: one.count + other.count, sumMs: one.sumMs + other.sumMs, buckets }
}
