import { type ApplyOptions, applyUpTo } from './catch-up.ts'
import { blockAggregate, readAppliedCheckpoint, readCheckpoint } from './checkpoint.ts'
import { type Consumer, type ConsumerDeps, PoisonEventError, UnfinishedError } from './consumer.ts'
import type { EventMessage } from './event-message.ts'

/**
 * - `applied`: the event and all before it are applied.
 * - `skipped`: the event was applied before.
 * - `blocked`: an earlier event blocks the aggregate; that this one exists is recorded, so it is applied once that one is.
 * - `unfinished`: several deliveries have applied a part of what is left, each as much as its time allowed. The aggregate is blocked, so
 *   the reconciler applies the rest.
 */
export type MessageOutcome = 'applied' | 'skipped' | 'blocked' | 'unfinished'

/**
 * Consumes one message; it can be acknowledged whatever the outcome. Order does not depend on the queue: events missing before this
 * one are read from `Events`.
 *
 * In a blocked aggregate, messages of later events are recorded and acknowledged. Any other message tries again, whether it is the
 * poison event itself, redelivered or redriven, or the message that had led to it. Such a message is not acknowledged until the
 * event is applied. A block that was left to the reconciler has no message; its alarm is `AggregatesStillBlocked`.
 *
 * Throws what {@link applyUpTo} throws; the message must then be delivered again.
 */
export async function consumeMessage(
  deps: ConsumerDeps,
  consumer: Consumer,
  message: EventMessage,
  options: Omit<ApplyOptions, 'delivered'>,
): Promise<MessageOutcome> {
  const { seq } = message
  let checkpoint = await readAppliedCheckpoint(deps, consumer, message, options.deadlineMs)
  if (checkpoint.blockedAt !== undefined && seq > checkpoint.blockedAt) {
    checkpoint = await blockAggregate(deps, consumer, checkpoint, seq, options.deadlineMs)
    if ((checkpoint.highestSeen ?? 0) >= seq) return 'blocked'
  }
  if (checkpoint.blockedAt === undefined && checkpoint.appliedSeq >= seq) return 'skipped'
  try {
    await applyUpTo(deps, consumer, checkpoint, seq, { ...options, delivered: message })
    return 'applied'
  } catch (error) {
    if (error instanceof UnfinishedError) return 'unfinished'
    if (!(error instanceof PoisonEventError)) throw error
    const { blockedAt = seq, highestSeen = 0 } = await readCheckpoint(deps, consumer, message)
    if (seq > blockedAt && highestSeen >= seq) return 'blocked'
    throw error
  }
}
