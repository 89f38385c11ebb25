import type { Refusal } from './decision.ts'
import type { Ticket } from './ticket.ts'

/** Everything that reads a ticket's whole history, such as a rebuild, can rely on this bound and on {@link handlingEventsMax}. */
export const ticketEventsMax = 10_000

/** Events that a full ticket still takes so that its work can be finished: assignments, changes of status and removals of files. */
export const handlingEventsMax = 1_000

/** An event starts one notification saga per follower, so this bounds the cost of one event. */
export const followersMax = 50

/**
 * Why a ticket takes no more events of a kind; undefined when it does. `content` is what people add, without which the ticket can still be
 * finished; `handling` has room beyond that. What brings a ticket to its end or takes something away has no limit, so that no ticket gets
 * stuck: `resolved`, `closed`, unfollowing, and what the system does in reaction. Each of these can only follow an event that has a limit.
 */
export function roomRefusal({ version }: Ticket, kind: 'content' | 'handling'): Refusal | undefined {
  const max = kind === 'content' ? ticketEventsMax : ticketEventsMax + handlingEventsMax
  return version >= max ? { why: 'ticket-full', max: ticketEventsMax } : undefined
}
