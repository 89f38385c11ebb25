import type { DomainEvent } from '../../domain/event.ts'
import type { AggregateRef } from '../../domain/ids.ts'
import type { World } from '../../domain/world.ts'
import type { Store, Write } from '../../tables/store.ts'
import type { Observer } from '../observer.ts'

/** A subscriber that takes every aggregate's events in order, each once in effect. */
export interface Consumer {
  /** Names its receipts: never changed, or everything takes effect again. */
  name: string
  /**
   * What one event brings about: rows to be written in one transaction with the receipt. It may be asked again for the
   * same event, and its rows thrown away, so what it does beside them must be idempotent by itself.
   * Throws {@link Poison} when this event can never be applied as things are; anything else it throws may pass.
   */
  effectOf(event: DomainEvent): Promise<Write[]>
}

/** One aggregate, as consumers take it. */
export interface Target {
  tenant: string
  aggregate: AggregateRef
}

/**
 * An event that can't be applied, however often it is tried: its aggregate is blocked for this consumer until someone
 * helps.
 */
export class Poison extends Error {
  override readonly name = 'Poison'
}

/**
 * An event that is known to exist can't be read yet. Never skipped, and never taken for poison: it is retried until it
 * can.
 */
export class GapUnreadable extends Error {
  override readonly name = 'GapUnreadable'
}

/** What consuming works with. */
export interface Consuming {
  store: Store
  world: World
  observer: Observer
}
