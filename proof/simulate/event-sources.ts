import { consumeBatch } from '../../app/consume/consume-batch.ts'
import type { Consumer } from '../../app/consume/consumer.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { startSagas } from '../../functions/start-saga/start-saga.ts'
import { wakeSagas } from '../../functions/wake-saga/wake-saga.ts'
import type { MemoryQueue } from '../../gateways/queue-memory.ts'
import type { Store } from '../../tables/store.ts'
import { type Consume, EventSource } from './delivery.ts'
import type { FunctionDeps } from './function-deps.ts'
import type { Simulation } from './simulation.ts'
import { queueUrlOf, type Subscriber } from './subscribers.ts'

/** The event source of each subscriber, with the function that it invokes. */
export function createEventSources(
  simulation: Simulation,
  queue: MemoryQueue,
  deps: FunctionDeps,
): Record<Subscriber, EventSource> {
  const source = (subscriber: Subscriber, consume: Consume) =>
    new EventSource(simulation, queue, queueUrlOf(subscriber), consume)
  const ordered =
    (create: (store: Store, runtime: Runtime) => Consumer): Consume =>
    (process, batch, deadlineMs) => {
      const common = deps.common(process)
      return consumeBatch(common, deps.poisoned(create(common.store, common.runtime), process), batch, deadlineMs)
    }
  return {
    'project-views': source('project-views', ordered(projectViews)),
    'unassign-tickets': source('unassign-tickets', ordered(unassignTickets)),
    'start-saga': source('start-saga', (process, batch, deadlineMs) =>
      startSagas(deps.startSagas(process), batch, deadlineMs),
    ),
    'wake-saga': source('wake-saga', (process, batch, deadlineMs) =>
      wakeSagas(deps.recovery(process), batch, deadlineMs),
    ),
  }
}
