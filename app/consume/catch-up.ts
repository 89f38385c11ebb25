import * as z from 'zod'
import type { Checkpoint } from '../../tables/checkpoints.ts'
import { applyNext, block, readCheckpoint } from './checkpoint.ts'
import {
  type AggregateScope,
  type Consumer,
  type ConsumerDeps,
  EventUnreadableError,
  PoisonEventError,
} from './consumer.ts'
import { type DeliveredEvent, MissedEvents } from './missed-events.ts'

/**
 * Applies, in order and each once, whatever this consumer has not had of an aggregate up to `upToSeq`, and beyond it up
 * to the highest event that it was shown while blocked; only then is it not blocked any more. Missed events are read
 * from `Events`, strongly consistently. For `reconcile`, and what a redriven message comes to.
 *
 * Returns the number up to which all is applied. Throws {@link PoisonEventError} having blocked the aggregate at the event that
 * can't be applied, {@link EventUnreadableError} when an event can't be read yet, and what stopped it otherwise; what was
 * applied stays applied.
 */
export async function catchUp(
  deps: ConsumerDeps,
  consumer: Consumer,
  scope: AggregateScope,
  upToSeq: number,
  deadlineMs: number,
): Promise<number> {
  const checkpoint = await readCheckpoint(deps, consumer, scope)
  return applyUpTo(deps, consumer, checkpoint, upToSeq, { deadlineMs })
}

/** How to go about it. */
export interface ApplyOptions {
  /** Epoch milliseconds. */
  deadlineMs: number
  delivered?: DeliveredEvent
  /** Whether a failure that might pass counts as poison by now. */
  retriesExhausted?: boolean
}

/** {@link catchUp} from a checkpoint that was just read. */
export async function applyUpTo(
  deps: ConsumerDeps,
  consumer: Consumer,
  from: Checkpoint,
  upToSeq: number,
  { deadlineMs, delivered, retriesExhausted = false }: ApplyOptions,
): Promise<number> {
  const missed = new MissedEvents(deps, from, delivered)
  let checkpoint = from
  for (;;) {
    const goal = Math.max(upToSeq, checkpoint.highestSeen ?? 0)
    if (checkpoint.appliedSeq >= goal) return checkpoint.appliedSeq
    if (deps.runtime.now() >= deadlineMs) throw new Error(`stopped at event ${checkpoint.appliedSeq}: the time is up`)
    const seq = checkpoint.appliedSeq + 1
    try {
      const event = await missed.event(seq, goal)
      checkpoint = await applyNext(deps, consumer, checkpoint, event, deadlineMs)
    } catch (cause) {
      if (cause instanceof EventUnreadableError || !(isPoison(cause) || retriesExhausted)) throw cause
      const blocked = await block(deps, consumer, checkpoint, goal, deadlineMs)
      // Another copy applied it meanwhile: what failed here was judged by rows that had moved on.
      if (blocked.appliedSeq === checkpoint.appliedSeq)
        throw new PoisonEventError(`event ${seq} can't be applied`, { cause })
      checkpoint = blocked
    }
  }
}

/** What does not fit its schema is the same at every retry. */
function isPoison(cause: unknown): boolean {
  return cause instanceof PoisonEventError || cause instanceof z.ZodError
}
