import * as z from 'zod'
import type { Receipt } from '../../tables/receipts.ts'
import { type Consumer, type Consuming, GapUnreadable, Poison, type Target } from './consumer.ts'
import { type Brought, MissedEvents } from './missed-events.ts'
import { applyNext, hold, readReceipt } from './receipt.ts'

/**
 * Applies, in order and each once, whatever this consumer has not had of an aggregate up to `upToSeq`, and beyond it up
 * to the highest event that it was shown while blocked; only then is it not blocked any more. Missed events are read
 * from `Events`, strongly consistently. For `reconcile`, and what a redriven message comes to.
 *
 * Returns the number up to which all is applied. Throws {@link Poison} having blocked the aggregate at the event that
 * can't be applied, {@link GapUnreadable} when an event can't be read yet, and what stopped it otherwise; what was
 * applied stays applied.
 */
export async function catchUp(
  consuming: Consuming,
  consumer: Consumer,
  target: Target,
  upToSeq: number,
  untilMs: number,
): Promise<number> {
  const receipt = await readReceipt(consuming, consumer, target)
  return bringUp(consuming, consumer, receipt, upToSeq, { untilMs })
}

/** How to go about it. */
export interface Effort {
  /** Epoch milliseconds. */
  untilMs: number
  brought?: Brought
  /** Whether a failure that might pass counts as poison by now. */
  patienceIsOver?: boolean
}

/** {@link catchUp} from a receipt that was just read. */
export async function bringUp(
  consuming: Consuming,
  consumer: Consumer,
  from: Receipt,
  upToSeq: number,
  { untilMs, brought, patienceIsOver = false }: Effort,
): Promise<number> {
  const missed = new MissedEvents(consuming, from, brought)
  let receipt = from
  for (;;) {
    const goal = Math.max(upToSeq, receipt.highestSeen ?? 0)
    if (receipt.appliedSeq >= goal) return receipt.appliedSeq
    if (consuming.world.now() >= untilMs) throw new Error(`stopped at event ${receipt.appliedSeq}: the time is up`)
    const seq = receipt.appliedSeq + 1
    try {
      const event = await missed.event(seq, goal)
      receipt = await applyNext(consuming, consumer, receipt, event, untilMs)
    } catch (cause) {
      if (cause instanceof GapUnreadable || !(isPoison(cause) || patienceIsOver)) throw cause
      const held = await hold(consuming, consumer, receipt, goal, untilMs)
      // Another copy applied it meanwhile: what failed here was judged by rows that had moved on.
      if (held.appliedSeq === receipt.appliedSeq) throw new Poison(`event ${seq} can't be applied`, { cause })
      receipt = held
    }
  }
}

/** What does not fit its schema is the same at every retry. */
function isPoison(cause: unknown): boolean {
  return cause instanceof Poison || cause instanceof z.ZodError
}
