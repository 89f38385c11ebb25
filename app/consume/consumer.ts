import type { DomainEvent } from '../../domain/event.ts'
import type { AggregateRef } from '../../domain/ids.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { Store, Write } from '../../tables/store.ts'
import type { Observer } from '../observer.ts'

/** A subscriber that applies the events of each aggregate in order, each exactly once in effect. */
export interface Consumer {
  /** Part of the key of its checkpoints. Under another name it would apply every event again. */
  name: string
  /**
   * Returns the writes that apply an event; they are committed in one transaction with the checkpoint. It may be called again for
   * the same event and its writes discarded, so any other effect it has must be idempotent. Throws {@link PoisonEventError} when the
   * event can't be applied to the stored state; any other error counts as transient and is retried.
   *
   * The effect of one event must not grow with what is stored. A larger one is applied in portions: the consumer returns a
   * {@link Portion} until the last, and is then called again with its position.
   */
  handle(event: DomainEvent, options: HandleOptions): Promise<Write[] | Portion>
}

export interface HandleOptions {
  /** Epoch milliseconds. */
  deadlineMs: number
  /** Where the portion before ended; undefined for the first one. */
  position?: string | undefined
}

/** A part of an event's effect, after which more is to be done. */
export interface Portion {
  writes: Write[]
  /** Where the next portion begins, in the consumer's own terms. Stored in the checkpoint; differs from that of the portion before. */
  position: string
}

/** The scope of a checkpoint: one aggregate. */
export interface AggregateScope {
  tenant: string
  aggregate: AggregateRef
}

/** An event that fails on every attempt. It blocks its aggregate in this consumer until an operator has repaired the cause. */
export class PoisonEventError extends Error {
  override readonly name = 'PoisonEventError'
}

/** The time was up before the aggregate had caught up. It is blocked at a later point than before: the reconciler goes on from there. */
export class UnfinishedError extends Error {
  override readonly name = 'UnfinishedError'
}

/** An event that exists but can't be read yet. It is retried until it can: it is never skipped, and never counts as poison. */
export class EventUnreadableError extends Error {
  override readonly name = 'EventUnreadableError'
}

export interface ConsumerDeps {
  store: Store
  runtime: Runtime
  observer: Observer
}
