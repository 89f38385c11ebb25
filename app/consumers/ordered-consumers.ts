import type { Runtime } from '../../domain/runtime.ts'
import type { Store } from '../../tables/store.ts'
import type { Consumer } from '../consume/consumer.ts'
import { projectViews } from './project-views.ts'
import { unassignTickets } from './unassign-tickets.ts'

/** Every subscriber with a checkpoint per aggregate: for code that applies events in their place. */
export function orderedConsumers(store: Store, runtime: Runtime): readonly Consumer[] {
  return [projectViews(store, runtime), unassignTickets(store, runtime)]
}
