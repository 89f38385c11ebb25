import * as z from 'zod'
import { ContentType, removalReasons } from './attachment.ts'
import { CorrectableFacts } from './correctable-facts.ts'
import { chainEvent } from './event-chain.ts'
import { aggregateTypes, ConsumerName, Dependency, ResourceId, TenantId, UserId, WebhookName } from './ids.ts'
import { PriorityGrade } from './priority-scale.ts'
import { SagaFilter } from './saga-filter.ts'
import { SlaPolicy } from './sla-policy.ts'
import { Priority, Status } from './ticket.ts'
import { Channels, Role, suppressions } from './user.ts'

/** `why` is present when the system removes a file: nobody asked for it. */
const removalFacts = { why: z.enum(removalReasons).optional() }
const attachmentFacts = { attachmentId: ResourceId, contentType: ContentType, sizeBytes: z.int().positive() }

/** The scale of the priority that the event sets, since version 2 of the data; `upcast` (domain/upcast-event.ts) adds it to version 1. */
const scale = { scale: PriorityGrade.optional() }

/**
 * The data of each event type. Facts and references only, never text that people wrote: that is in message and user rows, so that it
 * can be erased while the history stays unchanged.
 */
export const eventData = {
  'ticket.opened': z.strictObject({ priority: Priority, requester: UserId, messageId: ResourceId, ...scale }),
  'ticket.comment_added': z.strictObject({ messageId: ResourceId }),
  'ticket.status_changed': z.strictObject({ from: Status, to: Status, messageId: ResourceId }),
  'ticket.assigned': z.strictObject({ assignee: UserId, previous: UserId.optional() }),
  'ticket.unassigned': z.strictObject({ previous: UserId, why: z.enum(['user_deactivated']) }),
  /** What the event `corrects` recorded wrongly. `notify` is present when people are to be told. */
  'ticket.corrected': z.strictObject({
    corrects: z.strictObject({ seq: z.int().positive() }),
    from: CorrectableFacts,
    to: CorrectableFacts,
    messageId: ResourceId,
    notify: z.literal(true).optional(),
    ...scale,
  }),
  'ticket.follower_added': z.strictObject({ userId: UserId }),
  'ticket.follower_removed': z.strictObject({ userId: UserId }),
  'ticket.attachment_requested': z.strictObject(attachmentFacts),
  'ticket.attachment_added': z.strictObject(attachmentFacts),
  'ticket.attachment_removal_requested': z.strictObject({ ...attachmentFacts, ...removalFacts }),
  'ticket.attachment_removed': z.strictObject({ ...attachmentFacts, ...removalFacts }),
  'user.registered': z.strictObject({ role: Role }),
  'user.created': z.strictObject({ role: Role, hasName: z.boolean(), hasEmail: z.boolean() }),
  'user.deactivated': z.strictObject({}),
  'user.preferences_changed': Channels,
  'user.mail_suppressed': z.strictObject({ why: z.enum(suppressions) }),
  'user.mail_suppression_lifted': z.strictObject({ why: z.enum(suppressions) }),
  /** The URL is left out: it may contain a secret. */
  'settings.webhook_put': z.strictObject({ name: WebhookName, events: z.array(z.string()) }),
  'settings.webhook_removed': z.strictObject({ name: WebhookName }),
  'settings.webhook_secret_rotated': z.strictObject({ name: WebhookName }),
  'settings.hold_put': z.strictObject({ dependency: Dependency }),
  'settings.hold_released': z.strictObject({ dependency: Dependency }),
  'sla.policy_put': SlaPolicy,
  'saga.resumed': z.strictObject({ parkingId: ResourceId }),
  /** `generation` is the one that runs it, without waiting for the next attempt of the one before. */
  'saga.run_now_requested': z.strictObject({ generation: z.int().positive() }),
  'resumption.requested': z.strictObject({ filter: SagaFilter }),
  /** Recorded after each part of the list: how many sagas of it had moved on, or could not be resumed. */
  'resumption.advanced': z.strictObject({
    refused: z.int().nonnegative(),
    failed: z.int().nonnegative(),
    isFinished: z.boolean(),
  }),
  /** Names the event at which a consumer could not go on. */
  'redrive.requested': z.strictObject({
    consumer: ConsumerName,
    aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: UserId }),
    blockedAt: z.int().positive(),
  }),
} as const

export type EventType = keyof typeof eventData

/** The events of tickets: what people and endpoints are notified of. */
export type TicketEventType = Extract<EventType, `ticket.${string}`>

export const ticketEventTypes = Object.keys(eventData).filter((type) => type.startsWith('ticket.')) as [
  TicketEventType,
  ...TicketEventType[],
]

/** What a decision records. The commit adds who, when and the sequence number. */
export type Fact = { [T in EventType]: { type: T; data: z.infer<(typeof eventData)[T]> } }[EventType]

const envelope = {
  id: ResourceId,
  tenant: TenantId,
  aggregate: z.strictObject({ type: z.enum(aggregateTypes), id: z.string() }),
  /** Equals the aggregate's version after this event; the first is 1. */
  seq: z.int().positive(),
  actor: UserId,
  /** Event time: when it happened. The time when the request was received, unless the request claims an earlier one. */
  occurredAt: z.iso.datetime(),
  /** When the request was received. Absent where that is `occurredAt`, as on events of earlier versions. */
  receivedAt: z.iso.datetime().optional(),
  /** Record time: when the transaction was built. */
  recordedAt: z.iso.datetime(),
  correlationId: z.string(),
  /** W3C Trace Context of the request. Absent on events of earlier versions, and on those that follow from them. */
  traceparent: z.string().optional(),
  /** The version of `data`. Absent for the first. */
  dataVersion: z.literal(2, 'is of a later version of Steadfast than this code').optional(),
  /** SHA-256 of the request key's partition key: identifies the request without revealing its key. Absent when no request was made. */
  requestKeyHash: z.string().optional(),
  /** The hash of the event before it. Absent where the chain begins. */
  prevHash: z.string().optional(),
  /** Over all of the above and the facts: domain/event-chain.ts. Absent on events of earlier versions. */
  hash: z.string().optional(),
}

/** An attribute that a later version has added is ignored, so that a deployment can be taken back while its events are on their way. */
const variants = Object.entries(eventData).map(([type, data]) =>
  z.object({ ...envelope, aggregate: aggregateOf(type), type: z.literal(type), data }),
)

/**
 * Release 1 of the contracts promises its consumers that its events are of these. An event that is newer is of its own type of aggregate.
 */
function aggregateOf(type: string) {
  const first = ['ticket', 'user', 'settings', 'saga', 'sla']
  const [own = ''] = type.split('.')
  return z.strictObject({ type: z.enum(first.includes(own) ? first : [own]), id: z.string() })
}

type Envelope = z.infer<z.ZodObject<typeof envelope>>

/** One committed command, as stored in `Events` and as sent to every subscriber. */
export type DomainEvent = Envelope & Fact

/** When the request was received that led to the event, whatever time it claims. */
export function receivedAtOf({ receivedAt, occurredAt }: Pick<Envelope, 'receivedAt' | 'occurredAt'>): string {
  return receivedAt ?? occurredAt
}

/**
 * Completes a fact to an event, and chains it to the one before it: `prevHash` is the `eventHash` of the aggregate's header as it was read,
 * undefined for an aggregate that is new or was last written by an earlier version.
 */
export function toEvent(
  fact: Fact,
  envelope: Omit<Envelope, 'hash' | 'prevHash'>,
  prevHash: string | undefined,
): DomainEvent {
  return chainEvent({ ...fact, ...envelope }, prevHash)
}

export const DomainEvent = z.discriminatedUnion(
  'type',
  variants as [(typeof variants)[0]],
) as unknown as z.ZodType<DomainEvent>
