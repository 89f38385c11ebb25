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
   */
  handle(event: DomainEvent): Promise<Write[]>
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

/** An event that exists but can't be read yet. It is retried until it can: it is never skipped, and never counts as poison. */
export class EventUnreadableError extends Error {
  override readonly name = 'EventUnreadableError'
}

export interface ConsumerDeps {
  store: Store
  runtime: Runtime
  observer: Observer
}
