import * as z from 'zod'
import type { DomainEvent } from '../../domain/event.ts'
import type { Checkpoint } from '../../tables/checkpoints.ts'
import { loggedAggregate } from '../logged-aggregate.ts'
import { applyEvent, blockAggregate, readAppliedCheckpoint } from './checkpoint.ts'
import {
  type AggregateScope,
  type Consumer,
  type ConsumerDeps,
  EventUnreadableError,
  PoisonEventError,
  UnfinishedError,
} from './consumer.ts'
import { type DeliveredEvent, MissedEvents } from './missed-events.ts'

export interface ApplyOptions {
  /** Epoch milliseconds. */
  deadlineMs: number
  /** The event that came with the message, which needs no read. */
  delivered?: DeliveredEvent
  /** Whether an error that may be transient counts as poison. */
  retriesExhausted?: boolean
}

export type RedriveRequested = DomainEvent & { type: 'redrive.requested' }

/** Whether an operator asks this consumer to try again. */
export function isRedriveOf({ name }: Pick<Consumer, 'name'>, event: DomainEvent): event is RedriveRequested {
  return event.type === 'redrive.requested' && event.data.consumer === name
}

/** {@link applyUpTo} from the stored checkpoint, without a message: for the reconciler. */
export async function catchUp(
  deps: ConsumerDeps,
  consumer: Consumer,
  scope: AggregateScope,
  upToSeq: number,
  deadlineMs: number,
): Promise<number> {
  const checkpoint = await readAppliedCheckpoint(deps, consumer, scope, deadlineMs)
  return applyUpTo(deps, consumer, checkpoint, upToSeq, { deadlineMs })
}

/**
 * Applies, in order and each once, the aggregate's events after the checkpoint up to `upToSeq`; while the aggregate is blocked, up to
 * the highest event that the consumer has seen since. Only then is it unblocked. Missed events are read from `Events`, strongly
 * consistently.
 *
 * Returns the number of the last event applied. Throws {@link PoisonEventError} after it has blocked the aggregate at the event that
 * can't be applied, {@link EventUnreadableError} when an event can't be read yet, and `Error` at the deadline. When no further delivery
 * may follow, the deadline blocks the aggregate too, so that the reconciler goes on: with {@link UnfinishedError} if this call made
 * progress. Events and portions that were applied before it throws stay applied.
 */
export async function applyUpTo(
  deps: ConsumerDeps,
  consumer: Consumer,
  from: Checkpoint,
  upToSeq: number,
  { deadlineMs, delivered, retriesExhausted = false }: ApplyOptions,
): Promise<number> {
  const events = new MissedEvents(deps, from, delivered)
  let checkpoint = from
  for (;;) {
    const targetSeq = Math.max(upToSeq, checkpoint.highestSeen ?? 0)
    if (checkpoint.appliedSeq >= targetSeq) return checkpoint.appliedSeq
    if (deps.runtime.now() >= deadlineMs) {
      const reached = `deadline reached after event ${checkpoint.appliedSeq} of ${targetSeq}`
      if (!retriesExhausted) throw new Error(`${reached}: the next delivery continues`)
      const left = await blockAggregate(deps, consumer, checkpoint, targetSeq, deadlineMs)
      if (left.blockedAt !== undefined)
        throw isFurther(left, from)
          ? new UnfinishedError(`${reached}: the reconciler continues`)
          : new PoisonEventError(`${reached}, and nothing could be applied in time`)
      // A concurrent copy goes on: look again.
      checkpoint = left
      continue
    }
    const seq = checkpoint.appliedSeq + 1
    try {
      const event = await events.read(seq, targetSeq)
      if (isRedriveOf(consumer, event)) await redrive(deps, consumer, event, deadlineMs)
      checkpoint = await applyEvent(deps, consumer, checkpoint, event, deadlineMs)
    } catch (cause) {
      if (cause instanceof EventUnreadableError || !(isPoison(cause) || retriesExhausted)) throw cause
      const blocked = await blockAggregate(deps, consumer, checkpoint, targetSeq, deadlineMs)
      if (!isFurther(blocked, checkpoint)) {
        const isLate = !isPoison(cause) && deps.runtime.now() >= deadlineMs
        if (isLate && isFurther(checkpoint, from))
          throw new UnfinishedError(`event ${seq} is applied in part: the reconciler continues`, { cause })
        throw new PoisonEventError(`event ${seq} can't be applied`, { cause })
      }
      // A concurrent copy has applied the event: the failure came from rows that had changed meanwhile.
      checkpoint = blocked
    }
  }
}

/**
 * Tries again where an operator asked for it. That is one try: the redrive itself is applied whatever comes of it, and the
 * reconciler goes on with what is still blocked. Repeated, or beside a live consumer, it applies nothing twice, as the checkpoint
 * is a condition of each effect.
 */
export async function redrive(
  deps: ConsumerDeps,
  consumer: Consumer,
  { tenant, data: { aggregate, blockedAt } }: RedriveRequested,
  deadlineMs: number,
): Promise<void> {
  const facts = { consumer: consumer.name, tenant, aggregate: loggedAggregate(tenant, aggregate), blockedAt }
  try {
    const appliedSeq = await catchUp(deps, consumer, { tenant, aggregate }, blockedAt, deadlineMs)
    deps.observer.info('blocked aggregate redriven', { ...facts, appliedSeq })
  } catch (cause) {
    deps.observer.warn('blocked aggregate redriven, and it is still blocked', { ...facts, cause })
  }
}

/** Whether at least one event, or a portion of one, was applied between the two. */
function isFurther(after: Checkpoint, before: Checkpoint): boolean {
  return after.appliedSeq > before.appliedSeq || after.position !== before.position
}

/** A row that does not fit its schema fails on every attempt. */
function isPoison(cause: unknown): boolean {
  return cause instanceof PoisonEventError || cause instanceof z.ZodError
}
