import type { DomainEvent } from '../../domain/event.ts'
import type { AggregateRef } from '../../domain/ids.ts'
import type { ViewName } from '../../domain/view-catalog.ts'
import type { Store, Write } from '../../tables/store.ts'
import { PoisonEventError } from '../consume/consumer.ts'

/** What a projection reads: rows one by one, or several as of one moment. */
export type ProjectionReads = Pick<Store, 'get' | 'transactRead'>

/** How one read model follows the events. The events of one aggregate come in order and once each, those of different ones in any order. */
export interface Projection {
  view: ViewName
  /** Whose events it follows. */
  aggregates: readonly AggregateRef['type'][]
  /** Whether the event changes the view's rows. One that does not is only counted. */
  concerns(event: DomainEvent): boolean
  /**
   * The writes that project the event into a generation, conditional on the rows as they were read. Throws {@link PoisonEventError}
   * when the event does not fit them.
   */
  project(store: ProjectionReads, event: DomainEvent, generation: number): Promise<Write[]>
  /**
   * Its writes may be committed one after the other, ahead of the event: after any first part of them, the next attempt completes them. So
   * they may be more than a transaction takes.
   */
  isGradual?: true
}

/** The result of a pure projection. An event on which it fails is poison. */
export function projectOrPoison<Result>(view: ViewName, project: () => Result): Result {
  try {
    return project()
  } catch (cause) {
    throw new PoisonEventError(`the event does not fit what ${view} has stored`, { cause })
  }
}
