import * as z from 'zod'
import type { DomainEvent } from './event.ts'
import { UserId } from './ids.ts'
import { Priority } from './ticket.ts'

/** What is measured of a ticket. Every report measures by these, and says so: the dashboard, the work list, the SLA. */
export const measures = {
  firstAnswer:
    'From the opening to the first answer: the comment by anybody but the requester that was written first (`occurredAt`), whenever it was recorded. One from before the opening counts at the opening.',
  resolution:
    'From the opening to the first change of the status to resolved. A later one, after the ticket was reopened, does not count, nor one that was taken back as wrongly recorded.',
} as const

/** When what is measured of a ticket happened (event times), as far as it has. `priority` says which targets of an SLA hold. */
export const TicketTimes = z.object({
  requester: UserId,
  priority: Priority,
  openedAt: z.iso.datetime(),
  firstAnsweredAt: z.iso.datetime().optional(),
  resolvedAt: z.iso.datetime().optional(),
  /** The event of that resolution, which a correction may take back. Absent until then. */
  resolvedSeq: z.int().positive().optional(),
})
export type TicketTimes = z.infer<typeof TicketTimes>

/**
 * The times after one more event: the same object when it changes none. Events come in the order of their sequence, in which a comment may
 * have been written before those that were recorded earlier. Throws `Error` when the first of them is not the ticket's opening.
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
    return { ...times, resolvedAt: at, resolvedSeq: event.seq }
  return type === 'ticket.corrected' ? corrected(times, event.data, { at, seq: event.seq }) : times
}

/** What was wrongly recorded did not happen: neither the priority nor the resolution. */
function corrected(
  times: TicketTimes,
  { corrects, to }: Extract<DomainEvent, { type: 'ticket.corrected' }>['data'],
  { at, seq }: { at: string; seq: number },
): TicketTimes {
  const { priority = times.priority, status } = to
  const { resolvedAt, resolvedSeq, ...others } = times
  if (status !== undefined && corrects.seq === resolvedSeq) return { ...others, priority }
  if (status === 'resolved' && resolvedAt === undefined)
    return { ...others, priority, resolvedAt: at, resolvedSeq: seq }
  return priority === times.priority ? times : { ...times, priority }
}

/** The times of a ticket's history; undefined for an empty one. */
export function timesOf(events: readonly DomainEvent[]): TicketTimes | undefined {
  return events.reduce<TicketTimes | undefined>(timesAfter, undefined)
}

function isEarlier(at: string, than: string | undefined): boolean {
  return than === undefined || at < than
}
