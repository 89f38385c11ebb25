import type { Attachment, AttachmentState } from './attachment.ts'
import type { Fact } from './event.ts'
import type { Chained } from './event-chain.ts'
import type { Holds } from './hold.ts'
import type { Redrive } from './redrive.ts'
import type { Resumption, ResumptionAdvance } from './resumption.ts'
import type { Settings } from './settings.ts'
import type { SlaPolicies } from './sla-policy.ts'
import type { Follower, LateComment, Message, Ticket } from './ticket.ts'
import type { User } from './user.ts'
import type { Webhook } from './webhook.ts'

/** One row that a decision creates, replaces or deletes. The tables know its key and the condition of the write. */
export type Change =
  | { operation: 'put'; entity: 'ticket'; ticket: Ticket }
  | { operation: 'put'; entity: 'message'; message: Message }
  | { operation: 'put'; entity: 'follower'; follower: Follower }
  | { operation: 'delete'; entity: 'follower'; ticketId: string; userId: string }
  | { operation: 'put'; entity: 'attachment'; attachment: Attachment }
  | { operation: 'reserve'; entity: 'upload'; userId: string; sizeBytes: number }
  | { operation: 'put'; entity: 'user'; user: User }
  | { operation: 'put'; entity: 'email'; email: string; userId: string }
  | { operation: 'put'; entity: 'settings'; settings: Settings }
  | { operation: 'put'; entity: 'webhook'; webhook: Webhook }
  | { operation: 'put'; entity: 'holds'; holds: Holds }
  | { operation: 'put'; entity: 'sla'; sla: SlaPolicies }
  | { operation: 'put'; entity: 'late-comment'; comment: LateComment }
  | { operation: 'delete'; entity: 'webhook'; name: string }
  | {
      operation: 'resume'
      entity: 'saga'
      sagaId: string
      parkingId: string
      version: number
      at: string
      eventHash?: string | undefined
    }
  | {
      operation: 'run-now'
      entity: 'saga'
      sagaId: string
      /** The one that ends. */
      generation: number
      version: number
      at: string
      eventHash?: string | undefined
    }
  | { operation: 'put'; entity: 'resumption'; resumption: Resumption }
  | { operation: 'put'; entity: 'redrive'; redrive: Redrive }
  | { operation: 'advance'; entity: 'resumption'; resumptionId: string; advance: ResumptionAdvance }
  /** Part of the transaction of a saga's resume, so that each counts once. */
  | { operation: 'count-resumed'; entity: 'resumption'; resumptionId: string }
  | { operation: 'mark-read'; entity: 'notice'; noticeId: string; userId: string; readAt: string }

/** Why a command is refused. A closed set: the API answers each with a stable problem type. */
export type Refusal =
  | {
      why: 'not-found'
      what: 'ticket' | 'attachment' | 'user' | 'notice' | 'webhook' | 'hold' | 'saga' | 'resumption' | 'checkpoint'
    }
  | { why: 'forbidden'; detail: string }
  | { why: 'transition-not-allowed'; from: string; to: string }
  | { why: 'ticket-closed' }
  /** `pointer` is where the request names the user; `/userId` by default. */
  | { why: 'assignee-not-assignable'; userId: string; pointer?: string }
  /** `causeSeq` is the event that the fact has its value from; undefined when no event from `seq` on says anything about it. */
  | { why: 'not-the-cause'; fact: string; seq: number; causeSeq?: number | undefined }
  | { why: 'follower-unknown'; userId: string }
  | { why: 'user-exists'; userId: string }
  | { why: 'email-taken' }
  | { why: 'user-deactivated' }
  | { why: 'too-many-webhooks'; max: number }
  | { why: 'too-many-holds'; max: number }
  | { why: 'ticket-full'; max: number }
  | { why: 'too-many-followers'; max: number }
  | { why: 'too-many-uploads'; max: number }
  | { why: 'attachment-quota-used-up'; whose: 'person' | 'tenant'; maxBytes: number }
  | { why: 'attachment-not-ready'; state: AttachmentState }
  | { why: 'sla-policy-overlaps'; policyId: string; validFrom: string; validTo?: string | undefined }
  | { why: 'too-many-sla-policies'; max: number }
  /** `pointer` is where the request claims when it happened. */
  | { why: 'time-not-claimable'; pointer: string; daysMax: number }
  | { why: 'parking-not-current'; parkingId: string }
  /** `blockedAt` is where it is blocked by now; undefined when it is not. */
  | { why: 'not-blocked-there'; blockedAt?: number | undefined }
  | { why: 'saga-not-between-attempts'; detail: string }
  /** `version` is the current one; undefined when the row does not exist or has no version. */
  | { why: 'version-mismatch'; version?: number | undefined }

/** `occurredAt` is when it happened, where the command claims that this was before the request. */
interface Changed<Result> {
  outcome: 'changed'
  changes: Change[]
  fact: Fact
  result: Result
  occurredAt?: string
}

/**
 * The decision on a command. `result` is what the response is made from.
 * - `refused`: nothing is stored, not even the request key, so a corrected request may reuse it.
 * - `unchanged`: the requested state already holds. Only the request key is stored, with the response.
 * - `changed`: rows change, and one event records the fact.
 * - `changed-without-event`: rows that have no history change (a notice). Without an event there is no version to guard them, so every
 *   change needs a condition of its own.
 */
export type Decision<Result> =
  | { outcome: 'refused'; refusal: Refusal }
  | { outcome: 'unchanged'; result: Result }
  | Changed<Result>
  | { outcome: 'changed-without-event'; changes: Change[]; result: Result }

export function refused(refusal: Refusal): { outcome: 'refused'; refusal: Refusal } {
  return { outcome: 'refused', refusal }
}

export function unchanged<Result>(result: Result): Decision<Result> {
  return { outcome: 'unchanged', result }
}

export function changed<Result>(
  fact: Fact,
  changes: Change[],
  result: Result,
  { occurredAt }: Pick<Changed<Result>, 'occurredAt'> = {},
): Decision<Result> {
  return { outcome: 'changed', changes, fact, result, ...(occurredAt !== undefined && { occurredAt }) }
}

/** The change with the hash of its event, where it writes the header of the event's aggregate. */
export function withEventHash(change: Change, { hash: eventHash }: Chained): Change {
  if (change.operation === 'resume' || change.operation === 'run-now') return { ...change, eventHash }
  if (change.operation === 'advance') return { ...change, advance: { ...change.advance, eventHash } }
  if (change.operation !== 'put') return change
  switch (change.entity) {
    case 'ticket':
      return { ...change, ticket: { ...change.ticket, eventHash } }
    case 'user':
      return { ...change, user: { ...change.user, eventHash } }
    case 'settings':
      return { ...change, settings: { ...change.settings, eventHash } }
    case 'sla':
      return { ...change, sla: { ...change.sla, eventHash } }
    case 'redrive':
      return { ...change, redrive: { ...change.redrive, eventHash } }
    case 'resumption':
      return { ...change, resumption: { ...change.resumption, eventHash } }
    default:
      return change
  }
}
