import { type DomainEvent, receivedAtOf } from './event.ts'
import type { Priority } from './ticket.ts'
import type { Status } from './ticket-status.ts'

/** A ticket's facts, derived from its events alone. The header must agree with them; the title and other text are only in live rows. */
export interface TicketFacts {
  status: Status
  priority: Priority
  requester: string
  assignee?: string
  followers: string[]
  version: number
  openedAt: string
  /** When the newest event was received. */
  updatedAt: string
}

/**
 * Folds a ticket's history. The events must start at 1 and have no gap. Returns undefined for an empty history; throws `Error` on a gap
 * or on an event that can't follow the ones before it.
 */
export function foldTicket(events: readonly DomainEvent[]): TicketFacts | undefined {
  return events.reduce<TicketFacts | undefined>(evolve, undefined)
}

/** The facts after one more event. Throws `Error` when the event can't follow. */
export function evolve(facts: TicketFacts | undefined, event: DomainEvent): TicketFacts {
  const expected = (facts?.version ?? 0) + 1
  if (event.seq !== expected) throw new Error(`the history has event ${event.seq} where event ${expected} must be`)
  if (event.type === 'ticket.opened') {
    const { priority, requester } = event.data
    return {
      status: 'open',
      priority,
      requester,
      followers: [],
      version: 1,
      openedAt: event.occurredAt,
      updatedAt: receivedAtOf(event),
    }
  }
  if (!facts) throw new Error(`the history begins with ${event.type} instead of ticket.opened`)
  const after = { ...facts, version: event.seq, updatedAt: receivedAtOf(event) }
  switch (event.type) {
    case 'ticket.comment_added':
    case 'ticket.attachment_requested':
    case 'ticket.attachment_added':
    case 'ticket.attachment_removal_requested':
    case 'ticket.attachment_removed':
      return after
    case 'ticket.status_changed':
      return { ...after, status: event.data.to }
    case 'ticket.assigned':
      return { ...after, assignee: event.data.assignee }
    case 'ticket.unassigned': {
      const { assignee: _, ...unassigned } = after
      return unassigned
    }
    case 'ticket.corrected': {
      const { status = facts.status, priority = facts.priority, assignee = facts.assignee } = event.data.to
      const { assignee: _, ...others } = after
      return { ...others, status, priority, ...(assignee && { assignee }) }
    }
    case 'ticket.follower_added':
      return { ...after, followers: [...facts.followers, event.data.userId] }
    case 'ticket.follower_removed':
      return { ...after, followers: facts.followers.filter((id) => id !== event.data.userId) }
    case 'user.registered':
    case 'user.created':
    case 'user.deactivated':
    case 'user.preferences_changed':
    case 'user.mail_suppressed':
    case 'user.mail_suppression_lifted':
    case 'settings.webhook_put':
    case 'settings.webhook_removed':
    case 'settings.webhook_secret_rotated':
    case 'settings.hold_put':
    case 'settings.hold_released':
    case 'sla.policy_put':
    case 'saga.resumed':
    case 'saga.run_now_requested':
    case 'resumption.requested':
    case 'resumption.advanced':
    case 'redrive.requested':
      throw new Error(`${event.type} is not an event of a ticket`)
    default:
      return event satisfies never
  }
}
