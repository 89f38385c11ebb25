import * as z from 'zod'
import type { DomainEvent } from './event.ts'
import { UserId } from './ids.ts'
import { Priority } from './ticket.ts'

/** What is measured of a ticket. Every report measures by these, and says so: the dashboard, the work list, the SLA. */
export const measures = {
  firstAnswer:
    'From the opening to the first answer: the comment by anybody but the requester that was written first (`occurredAt`), whenever it was recorded. One from before the opening counts at the opening.',
  resolution:
    'From the opening to the first change of the status to resolved. A later one, after the ticket was reopened, does not count.',
} as const

/** When what is measured of a ticket happened (event times), as far as it has. `priority` says which targets of an SLA hold. */
export const TicketTimes = z.object({
  requester: UserId,
  priority: Priority,
  openedAt: z.iso.datetime(),
  firstAnsweredAt: z.iso.datetime().optional(),
  resolvedAt: z.iso.datetime().optional(),
})
export type TicketTimes = z.infer<typeof TicketTimes>

/**
 * The times after one more event: the same object when it changes none. Events come in the order of their sequence, in which a comment may have
 * been written before those that were recorded earlier. Throws `Error` when the first of them is not the ticket's opening.
 */
export function timesAfter(times: TicketTimes | undefined, event: DomainEvent): TicketTimes {
  const { type, occurredAt, actor } = event
  if (type === 'ticket.opened')
    return { requester: event.data.requester, priority: event.data.priority, openedAt: occurredAt }
  if (!times) throw new Error(`${type} comes before the ticket was opened`)
  const at = occurredAt > times.openedAt ? occurredAt : times.openedAt
  if (type === 'ticket.comment_added' && actor !== times.requester && isEarlier(at, times.firstAnsweredAt))
    return { ...times, firstAnsweredAt: at }
  if (type === 'ticket.status_changed' && event.data.to === 'resolved' && times.resolvedAt === undefined)
    return { ...times, resolvedAt: at }
  return times
}

/** The times of a ticket's history; undefined for an empty one. */
export function timesOf(events: readonly DomainEvent[]): TicketTimes | undefined {
  return events.reduce<TicketTimes | undefined>(timesAfter, undefined)
}

function isEarlier(at: string, than: string | undefined): boolean {
  return than === undefined || at < than
}
