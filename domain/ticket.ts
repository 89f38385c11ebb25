import * as z from 'zod'
import { ResourceId, UserId } from './ids.ts'
import { Priority, PriorityScale } from './priority-scale.ts'
import { Body, Reason, Title } from './text.ts'
import { statuses } from './ticket-status.ts'

export const Status = z.enum(statuses)
export { Priority }

/** The header of a ticket. Everything people write besides the title is a message. `version` is the number of the ticket's events. */
export const Ticket = z.strictObject({
  id: ResourceId,
  title: Title,
  status: Status,
  priority: Priority,
  requester: UserId,
  assignee: UserId.optional(),
  /** What `priority` is the word for. Absent until the migration priority-scale fills it. */
  priorityScale: PriorityScale.optional(),
  /** Absent on a ticket that nobody has followed since it is counted. */
  followerCount: z.int().nonnegative().optional(),
  version: z.int().positive(),
  /** The hash of the newest event, which the next one is chained to. Absent where no event has been stored since events are chained. */
  eventHash: z.string().optional(),
  openedAt: z.iso.datetime(),
  /** When the request of the newest event was received, whatever time it claims. */
  updatedAt: z.iso.datetime(),
})
export type Ticket = z.infer<typeof Ticket>

const messageKinds = ['opening', 'comment', 'reason'] as const

/** Text that one user wrote on a ticket: the opening text, a comment, or the reason of a change. `seq` is the number of its event. */
export const Message = z.strictObject({
  id: ResourceId,
  kind: z.enum(messageKinds),
  ticketId: ResourceId,
  seq: z.int().positive(),
  author: UserId,
  body: z.union([Body, Reason]),
  /** When the request was received. */
  createdAt: z.iso.datetime(),
  /** When it was written, where that was before it came in. */
  occurredAt: z.iso.datetime().optional(),
})
export type Message = z.infer<typeof Message>

/** The place of a comment that was written before it came in: comments are listed by when they were written. */
export const LateComment = z.strictObject({
  ticketId: ResourceId,
  occurredAt: z.iso.datetime(),
  seq: z.int().positive(),
})
export type LateComment = z.infer<typeof LateComment>

/** A user who is notified of a ticket's events. */
export const Follower = z.strictObject({ ticketId: ResourceId, userId: UserId, since: z.iso.datetime() })
export type Follower = z.infer<typeof Follower>
