import { type ApplyOptions, applyUpTo } from './catch-up.ts'
import { block, readCheckpoint } from './checkpoint.ts'
import { type Consumer, type ConsumerDeps, PoisonEventError } from './consumer.ts'
import type { EventMessage } from './event-message.ts'

/** `applied` now, `skipped` as it was before, or `blocked`: kept in mind unapplied, as an earlier event is in the way. */
export type MessageOutcome = 'applied' | 'skipped' | 'blocked'

/**
 * What one message comes to; each answer acknowledges it. Order does not depend on the wire: what is missing before it
 * is read from `Events`. In a blocked aggregate a message of a later event is blocked, and any other is a chance to go on:
 * the poison itself, redelivered or redriven, or whichever message delivered the consumer to the event where it is stuck.
 * Until that one gets through it is never acknowledged, so a blocked aggregate always has a message that can free it.
 *
 * Throws what {@link applyUpTo} throws; the message must then come again.
 */
export async function consumeMessage(
  deps: ConsumerDeps,
  consumer: Consumer,
  message: EventMessage,
  options: Omit<ApplyOptions, 'delivered'>,
): Promise<MessageOutcome> {
  const { seq } = message
  let checkpoint = await readCheckpoint(deps, consumer, message)
  if (checkpoint.blockedAt !== undefined && seq > checkpoint.blockedAt) {
    checkpoint = await block(deps, consumer, checkpoint, seq, options.deadlineMs)
    if ((checkpoint.highestSeen ?? 0) >= seq) return 'blocked'
  }
  if (checkpoint.blockedAt === undefined && checkpoint.appliedSeq >= seq) return 'skipped'
  try {
    await applyUpTo(deps, consumer, checkpoint, seq, { ...options, delivered: message })
    return 'applied'
  } catch (error) {
    if (!(error instanceof PoisonEventError)) throw error
    const { blockedAt = seq, highestSeen = 0 } = await readCheckpoint(deps, consumer, message)
    if (seq > blockedAt && highestSeen >= seq) return 'blocked'
    throw error
  }
}
