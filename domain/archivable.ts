import { type AttachmentState, isFinal } from './attachment.ts'
import type { Ticket } from './ticket.ts'

/**
 * The events that one transaction can remove, or put back: a hundred writes, without the ticket's version check and its archive reference.
 */
const archivedEventsMax = 98

/** What decides whether the events of a ticket may leave `Events`. */
export interface ArchiveCandidate {
  ticket: Ticket
  /** When its events were last put back, if they ever were. */
  restoredAt?: string | undefined
  /** Whether an event waits in the outbox or is not confirmed, or a consumer has not applied all or is blocked. */
  isBeingDelivered: boolean
  hasLiveSaga: boolean
  attachments: readonly AttachmentState[]
}

/**
 * Why a ticket keeps its events where they are:
 * - `open`: it is not closed.
 * - `recent`: something happened since the stated time, or its events were put back.
 * - `delivery`, `saga`, `attachment`: work on its events is not finished.
 * - `long`: it has more events than one transaction can put back.
 * - `changed`: it was changed while its events were copied.
 */
const keepReasons = ['open', 'recent', 'delivery', 'saga', 'attachment', 'long', 'changed'] as const
export type KeepReason = (typeof keepReasons)[number]

/** Why the events of this ticket stay; undefined when they may leave. `quietSince` is ISO 8601, UTC. */
export function whyKept(candidate: ArchiveCandidate, quietSince: string): KeepReason | undefined {
  const { ticket, restoredAt = '', isBeingDelivered, hasLiveSaga, attachments } = candidate
  if (ticket.status !== 'closed') return 'open'
  if (ticket.updatedAt >= quietSince || restoredAt >= quietSince) return 'recent'
  if (isBeingDelivered) return 'delivery'
  if (hasLiveSaga) return 'saga'
  if (!attachments.every((state) => state === 'ready' || isFinal(state))) return 'attachment'
  // An archive holds all events, of an earlier one too.
  if (ticket.version > archivedEventsMax) return 'long'
  return undefined
}
