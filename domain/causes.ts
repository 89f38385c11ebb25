import type { CorrectableFacts, FactName } from './correctable-facts.ts'
import type { DomainEvent, TicketEventType } from './event.ts'
import type { Status } from './ticket-status.ts'

const nothing = () => ({})

/** Complete on purpose: a correction must not overwrite what an event says that is missing here. */
const setBy: { [T in TicketEventType]: (data: Extract<DomainEvent, { type: T }>['data']) => CorrectableFacts } = {
  'ticket.opened': ({ priority }) => ({ status: 'open', priority, assignee: null }),
  'ticket.status_changed': ({ to }) => ({ status: to }),
  'ticket.assigned': ({ assignee }) => ({ assignee }),
  'ticket.unassigned': () => ({ assignee: null }),
  'ticket.corrected': ({ to }) => to,
  'ticket.comment_added': nothing,
  'ticket.follower_added': nothing,
  'ticket.follower_removed': nothing,
  'ticket.attachment_requested': nothing,
  'ticket.attachment_added': nothing,
  'ticket.attachment_removal_requested': nothing,
  'ticket.attachment_removed': nothing,
}

/** What an event says about a ticket's correctable facts: those that it does not mention stay as they were. */
export function factsSetBy({ type, data }: DomainEvent): CorrectableFacts {
  const facts = (setBy as Partial<Record<string, (data: unknown) => CorrectableFacts>>)[type]
  return facts?.(data) ?? {}
}

/** The event that a fact has its value from: the last one of these that sets it. */
export function causeOf(fact: FactName, events: readonly DomainEvent[]): DomainEvent | undefined {
  return events.findLast((event) => factsSetBy(event)[fact] !== undefined)
}

/** How an event changes the status, by a transition or by a correction. Undefined when it does not. */
export function statusChangeOf(event: DomainEvent): { from: Status; to: Status } | undefined {
  if (event.type === 'ticket.status_changed') return { from: event.data.from, to: event.data.to }
  if (event.type !== 'ticket.corrected') return undefined
  const { from, to } = event.data
  return from.status && to.status && { from: from.status, to: to.status }
}
