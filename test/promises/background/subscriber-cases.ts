import { consumeBatch } from '../../../app/consume/consume-batch.ts'
import { projectViews } from '../../../app/consumers/project-views.ts'
import { unassignTickets } from '../../../app/consumers/unassign-tickets.ts'
import type { DomainEvent } from '../../../domain/event.ts'
import { settingsOfTenant } from '../../../domain/settings.ts'
import { startSagas } from '../../../functions/start-saga/start-saga.ts'
import { wakeSagas } from '../../../functions/wake-saga/wake-saga.ts'
import { MemoryStateMachines } from '../../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../../proof/manual-runtime.ts'
import type { Store } from '../../../tables/store.ts'
import { eventBatch } from '../../relay/fixtures.ts'
import { ticketEvent } from '../grown-store.ts'
import { type Case, lastOf, later, liveSaga, observer, sagaRecovery } from './case.ts'

const deactivation: DomainEvent = {
  ...ticketEvent(2),
  id: 'deactivation',
  aggregate: { type: 'user', id: 'gone' },
  type: 'user.deactivated',
  data: {},
}

const portionFrom = (position?: string) => async (store: Store) => {
  const runtime = new ManualRuntime()
  return () => unassignTickets(store, runtime).handle(deactivation, { deadlineMs: later(runtime), position })
}

/** Functions that receive events from queues. */
export const subscriberCases = {
  'start-saga': [
    {
      async prepare(store, sizes) {
        const runtime = new ManualRuntime()
        const machineArns = { notification: 'arn', webhook: 'arn', attachment: 'arn', removal: 'arn' }
        const deps = { store, runtime, observer, machines: new MemoryStateMachines(), machineArns }
        return () => startSagas(deps, eventBatch([lastOf(sizes)]), later(runtime))
      },
      // A saga each, and its row; the API refuses more than `followersMax`.
      growsBy: { followers: { 'rows read': 1, 'rows written': 1, 'write Sagas': 1 } },
    },
  ],
  'wake-saga': [
    {
      async prepare(store, sizes) {
        const runtime = new ManualRuntime()
        await store.write(liveSaga('s1'))
        const aggregate = { type: 'saga', id: 's1' } as const
        const resumed: DomainEvent = { ...lastOf(sizes), aggregate, type: 'saga.resumed', data: { parkingId: 'p' } }
        return () => wakeSagas(sagaRecovery(store, runtime), eventBatch([resumed]), later(runtime))
      },
    },
    {
      name: 'a release',
      async prepare(store, sizes) {
        const runtime = new ManualRuntime()
        await store.write(liveSaga('s1'))
        const data = { dependency: 'mail' }
        const released = {
          ...lastOf(sizes),
          aggregate: settingsOfTenant,
          type: 'settings.hold_released',
          data,
        } as const
        return () => wakeSagas(sagaRecovery(store, runtime), eventBatch([released]), later(runtime))
      },
    },
  ],
  'project-views': [
    {
      async prepare(store, sizes) {
        const runtime = new ManualRuntime()
        const deps = { store, runtime, observer }
        return () => consumeBatch(deps, projectViews(store, runtime), eventBatch([lastOf(sizes)]), later(runtime))
      },
    },
  ],
  'unassign-tickets': [
    {
      name: 'an event of a ticket',
      async prepare(store, sizes) {
        const runtime = new ManualRuntime()
        const deps = { store, runtime, observer }
        return () => consumeBatch(deps, unassignTickets(store, runtime), eventBatch([lastOf(sizes)]), later(runtime))
      },
    },
    { name: 'a portion of open tickets', prepare: portionFrom() },
    {
      name: 'a portion of the tickets of an earlier version',
      prepare: portionFrom(JSON.stringify({ by: 'assignee' })),
    },
  ],
} satisfies Record<string, Case[]>
