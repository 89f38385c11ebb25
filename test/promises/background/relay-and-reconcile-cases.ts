import { orderedConsumers } from '../../../app/consumers/ordered-consumers.ts'
import { projectViews } from '../../../app/consumers/project-views.ts'
import { startSagasOf } from '../../../app/consumers/start-sagas.ts'
import { unassignTickets } from '../../../app/consumers/unassign-tickets.ts'
import { detectors } from '../../../app/reconcile/reconcile.ts'
import type { DomainEvent } from '../../../domain/event.ts'
import { confirmEvents, confirmedAfterMs } from '../../../functions/reconcile-consumers/confirm-events.ts'
import { reconcileConsumers } from '../../../functions/reconcile-consumers/reconcile-consumers.ts'
import { quietAfterMs, reconcileSagas } from '../../../functions/reconcile-sagas/reconcile-sagas.ts'
import { relayOutbox } from '../../../functions/relay-outbox/relay-outbox.ts'
import { sweepOutbox, sweptAfterMs } from '../../../functions/sweep-outbox/sweep-outbox.ts'
import { watchEvents } from '../../../functions/watch-events/watch-events.ts'
import { MemoryObjectStore } from '../../../gateways/object-store-memory.ts'
import { MemoryQueue } from '../../../gateways/queue-memory.ts'
import { MemoryStateMachines } from '../../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../../proof/manual-runtime.ts'
import { blockCheckpoint, checkpointRow, replaceCheckpoint } from '../../../tables/checkpoints.ts'
import { putIntoOutbox } from '../../../tables/outbox.ts'
import { readRow } from '../../../tables/read-row.ts'
import { putUnconfirmed } from '../../../tables/unconfirmed.ts'
import { inserted } from '../../relay/fixtures.ts'
import { ticketRef } from '../grown-store.ts'
import { type Case, lastOf, later, liveSaga, observer, sagaRecovery } from './case.ts'

const subscribers = { 'start-saga': 'queue' }

/** The way from the outbox to the queues, what watches over the log, and what is reconciled on a schedule. */
export const relayAndReconcileCases = {
  'relay-outbox': [
    {
      async prepare(store, sizes) {
        const runtime = new ManualRuntime()
        const deps = { store, runtime, observer, subscribers, queue: new MemoryQueue(runtime.now) }
        await store.write(putIntoOutbox(lastOf(sizes)))
        return () => relayOutbox(deps, { Records: [inserted(lastOf(sizes))] }, later(runtime))
      },
    },
  ],
  'sweep-outbox': [
    {
      async prepare(store, sizes) {
        const runtime = new ManualRuntime()
        const deps = { store, runtime, observer, subscribers, queue: new MemoryQueue(runtime.now) }
        await store.write(putIntoOutbox(lastOf(sizes)))
        runtime.advance(sweptAfterMs)
        return () => sweepOutbox(deps, later(runtime))
      },
    },
  ],
  'reconcile-sagas': [
    {
      async prepare(store) {
        const runtime = new ManualRuntime()
        await store.write(liveSaga('s1'))
        runtime.advance(quietAfterMs)
        return () => reconcileSagas(sagaRecovery(store, runtime), later(runtime))
      },
    },
  ],
  'reconcile-consumers': [
    {
      name: 'a published event',
      async prepare(store, sizes) {
        const runtime = new ManualRuntime()
        const published = lastOf(sizes)
        await store.write(putUnconfirmed(published, new Date(runtime.now()).toISOString()))
        runtime.advance(confirmedAfterMs)
        const machineArns = { notification: 'arn', webhook: 'arn', attachment: 'arn', removal: 'arn' }
        const deps = { store, runtime, observer, machines: new MemoryStateMachines(), machineArns }
        const startSagas = (event: DomainEvent, deadlineMs: number) => startSagasOf(deps, event, deadlineMs)
        const digests = new MemoryObjectStore(runtime.now)
        return () =>
          confirmEvents(
            { store, runtime, observer, digests },
            [projectViews(store, runtime)],
            startSagas,
            later(runtime),
          )
      },
      // A saga each, as when the event was handled first.
      growsBy: { followers: { 'rows read': 1, 'rows written': 1, 'write Sagas': 1 } },
    },
    {
      name: 'a blocked aggregate',
      async prepare(store, { history }) {
        const runtime = new ManualRuntime()
        const checkpoint = await readRow(store, checkpointRow('project-views', 'acme', ticketRef))
        if (!checkpoint) throw new Error('there is no checkpoint to block')
        await store.write(replaceCheckpoint(checkpoint, blockCheckpoint(checkpoint, history)))
        const consumers = [projectViews(store, runtime), unassignTickets(store, runtime)]
        return () => reconcileConsumers({ store, runtime, observer }, consumers, later(runtime))
      },
    },
  ],
  'reconcile-data': [
    {
      async prepare(store) {
        const runtime = new ManualRuntime()
        const machineArns = { notification: 'arn', webhook: 'arn', attachment: 'arn', removal: 'arn' }
        const sagas = { machines: new MemoryStateMachines(), machineArns }
        const objects = new MemoryObjectStore(runtime.now)
        const consumers = orderedConsumers(store, runtime)
        const [row] = (await store.scan({ table: 'Tickets', limit: 1 })).rows
        const deps = { store, runtime, observer, objects, consumers, sagas, inFlightMsMax: 60_000 }
        return () => Promise.all(detectors.map((one) => one.suspects(deps, row ?? {}, later(runtime))))
      },
    },
  ],
  'watch-events': [
    {
      async prepare(store, sizes) {
        return () =>
          watchEvents({ observer, store, runtime: new ManualRuntime() }, { Records: [inserted(lastOf(sizes))] })
      },
    },
  ],
} satisfies Record<string, Case[]>
