import type { DomainEvent } from '../../domain/event.ts'
import type { AggregateRef } from '../../domain/ids.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { Store, Write } from '../../tables/store.ts'
import type { Observer } from '../observer.ts'

/** A subscriber that takes every aggregate's events in order, each once in effect. */
export interface Consumer {
  /** Names its checkpoints: never changed, or everything takes effect again. */
  name: string
  /**
   * What one event brings about: rows to be written in one transaction with the checkpoint. It may be asked again for the
   * same event, and its rows thrown away, so what it does beside them must be idempotent by itself.
   * Throws {@link PoisonEventError} when this event can never be applied as things are; anything else it throws may pass.
   */
  effectOf(event: DomainEvent): Promise<Write[]>
}

/** One aggregate, as consumers consumeMessage it. */
export interface AggregateScope {
  tenant: string
  aggregate: AggregateRef
}

/**
 * An event that can't be applied, however often it is tried: its aggregate is blocked for this consumer until someone
 * helps.
 */
export class PoisonEventError extends Error {
  override readonly name = 'PoisonEventError'
}

/**
 * An event that is known to exist can't be read yet. Never skipped, and never outcome for poison: it is retried until it
 * can.
 */
export class EventUnreadableError extends Error {
  override readonly name = 'EventUnreadableError'
}

/** What deps works with. */
export interface ConsumerDeps {
  store: Store
  runtime: Runtime
  observer: Observer
}
