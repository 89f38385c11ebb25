import { bringUp, type Effort } from './catch-up.ts'
import { type Consumer, type Consuming, Poison } from './consumer.ts'
import type { EventMessage } from './message.ts'
import { hold, readReceipt } from './receipt.ts'

/** `applied` now, `skipped` as it was before, or `held`: kept in mind unapplied, as an earlier event is in the way. */
export type Taken = 'applied' | 'skipped' | 'held'

/**
 * What one message comes to; each answer acknowledges it. Order does not depend on the wire: what is missing before it
 * is read from `Events`. In a blocked aggregate a message of a later event is held, and any other is a chance to go on:
 * the poison itself, redelivered or redriven, or whichever message brought the consumer to the event where it is stuck.
 * Until that one gets through it is never acknowledged, so a blocked aggregate always has a message that can free it.
 *
 * Throws what {@link bringUp} throws; the message must then come again.
 */
export async function take(
  consuming: Consuming,
  consumer: Consumer,
  message: EventMessage,
  effort: Omit<Effort, 'brought'>,
): Promise<Taken> {
  const { seq } = message
  let receipt = await readReceipt(consuming, consumer, message)
  if (receipt.blockedAt !== undefined && seq > receipt.blockedAt) {
    receipt = await hold(consuming, consumer, receipt, seq, effort.untilMs)
    if ((receipt.highestSeen ?? 0) >= seq) return 'held'
  }
  if (receipt.blockedAt === undefined && receipt.appliedSeq >= seq) return 'skipped'
  try {
    await bringUp(consuming, consumer, receipt, seq, { ...effort, brought: message })
    return 'applied'
  } catch (error) {
    if (!(error instanceof Poison)) throw error
    const { blockedAt = seq, highestSeen = 0 } = await readReceipt(consuming, consumer, message)
    if (seq > blockedAt && highestSeen >= seq) return 'held'
    throw error
  }
}
