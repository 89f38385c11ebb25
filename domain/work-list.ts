import * as z from 'zod'
import type { DomainEvent } from './event.ts'
import { evolve, type TicketFacts } from './fold-ticket.ts'
import { ResourceId, UserId } from './ids.ts'
import { Priority, Status } from './ticket.ts'
import type { Status as StatusName } from './ticket-status.ts'
import { TicketTimes, timesAfter } from './ticket-times.ts'

/** What the agents' work list knows of one ticket: facts only, no text. */
export const WorkItem = z.object({
  /** The number of the event that has last changed what is known. */
  seq: z.int().positive(),
  ticketId: ResourceId,
  status: Status,
  priority: Priority,
  assignee: UserId.optional(),
  times: TicketTimes,
})
export type WorkItem = z.infer<typeof WorkItem>

/** The order of the list: what is more urgent first, then what is older. */
export const urgency = { urgent: 0, high: 1, normal: 2, low: 3 } as const satisfies Record<Priority, number>

/** Whether an agent has something to do: a resolved ticket waits for nobody, nor does a closed one. */
export function isWork(status: StatusName): boolean {
  switch (status) {
    case 'open':
    case 'in_progress':
    case 'waiting_for_customer':
      return true
    case 'resolved':
    case 'closed':
      return false
    default:
      return status satisfies never
  }
}

/**
 * What is known after one more event: the same object when it changes nothing. The events of a ticket come in order and once each. Throws
 * `Error` when the first of them is not its opening.
 */
export function workItemAfter(item: WorkItem | undefined, event: DomainEvent): WorkItem {
  const times = timesAfter(item?.times, event)
  const { status, priority, assignee } = evolve(item && factsBefore(item, event), event)
  if (item && times === item.times && isSame(item, { status, priority, assignee })) return item
  return { seq: event.seq, ticketId: event.aggregate.id, status, priority, ...(assignee && { assignee }), times }
}

function isSame(item: WorkItem, after: Pick<TicketFacts, 'status' | 'priority'> & { assignee: string | undefined }) {
  return item.status === after.status && item.priority === after.priority && item.assignee === after.assignee
}

/** The facts that the fold of a ticket's history goes on from; it has counted the events that changed nothing here. */
function factsBefore({ status, priority, assignee, times }: WorkItem, { seq, occurredAt }: DomainEvent): TicketFacts {
  const { requester, openedAt } = times
  const facts = { status, priority, requester, followers: [], version: seq - 1, openedAt, updatedAt: occurredAt }
  return { ...facts, ...(assignee && { assignee }) }
}
