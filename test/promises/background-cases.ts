import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { orderedConsumers } from '../../app/consumers/ordered-consumers.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import { startSagasOf } from '../../app/consumers/start-sagas.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import type { consoleFunctions, FunctionName, HttpFunctionName } from '../../app/functions.ts'
import { handleUpload } from '../../app/handle-upload.ts'
import { noopObserver } from '../../app/observer.ts'
import { detectors } from '../../app/reconcile/reconcile.ts'
import { machineFinder } from '../../app/saga-recovery.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { addTokenClaims } from '../../functions/add-token-claims/add-token-claims.ts'
import { confirmEvents, confirmedAfterMs } from '../../functions/reconcile-consumers/confirm-events.ts'
import { reconcileConsumers } from '../../functions/reconcile-consumers/reconcile-consumers.ts'
import { quietAfterMs, reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { recordBounces } from '../../functions/record-bounce/record-bounce.ts'
import { handleScanVerdict } from '../../functions/record-scan/handle-scan-verdict.ts'
import { relayOutbox } from '../../functions/relay-outbox/relay-outbox.ts'
import { startSagas } from '../../functions/start-saga/start-saga.ts'
import { sweepCopies } from '../../functions/sweep-copies/sweep-copies.ts'
import { sweepOutbox, sweptAfterMs } from '../../functions/sweep-outbox/sweep-outbox.ts'
import { sweepUploads } from '../../functions/sweep-uploads/sweep-uploads.ts'
import { wakeSagas } from '../../functions/wake-saga/wake-saga.ts'
import { watchEvents } from '../../functions/watch-events/watch-events.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryObjectStore } from '../../gateways/object-store-memory.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { attachmentSaga } from '../../sagas/attachment/attachment.ts'
import { cleanKey, quarantineKey } from '../../sagas/attachment/object-keys.ts'
import { blockCheckpoint, checkpointRow, replaceCheckpoint } from '../../tables/checkpoints.ts'
import { putIntoOutbox } from '../../tables/outbox.ts'
import { readRow } from '../../tables/read-row.ts'
import { createSaga } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { putUnconfirmed } from '../../tables/unconfirmed.ts'
import { Api } from '../fixtures/api.ts'
import { eventBatch, inserted } from '../relay/fixtures.ts'
import { AttachmentCase, png, promiseOf } from '../sagas/attachment-fixture.ts'
import { NotificationCase } from '../sagas/notification-fixture.ts'
import { RemovalCase, readyFile } from '../sagas/removal-fixture.ts'
import { WebhookCase } from '../sagas/webhook-fixture.ts'
import { at, type Cost, type Sizes, ticketEvent, ticketRef, uploadTicketId } from './grown-store.ts'

type BackgroundName = Exclude<FunctionName, HttpFunctionName | keyof typeof consoleFunctions>

/** One function's work for one message or one item. */
export interface Case {
  name?: string
  /** Prepares one message, or one item that a sweep finds. The returned function handles it, and is what is measured. */
  prepare(store: Store, sizes: Sizes): Promise<() => Promise<unknown>>
  /** What each further unit of a size costs, where a message is about all of these units. Their number has a limit. */
  growsBy?: Partial<Record<keyof Sizes, Cost>>
}

const observer = noopObserver
const subscribers = { 'start-saga': 'queue' }
const later = (runtime: ManualRuntime) => runtime.now() + 60_000
const sagaRecovery = (store: Store, runtime: ManualRuntime) => ({
  store,
  runtime,
  observer,
  machines: new MemoryStateMachines(),
  callbacks: new MemoryCallbacks(),
  deployedMachine: machineFinder({ notification: 'arn', webhook: 'arn', attachment: 'arn' }),
})
const liveSaga = (id: string) =>
  createSaga({
    id,
    tenant: 'acme',
    name: 'notification',
    definition: 'd',
    input: null,
    aggregate: ticketRef,
    eventId: 'E',
    recipient: 'ann',
    correlationId: 'C',
    startedAt: at,
  })

/** The event of the ticket that no consumer has applied yet. */
const lastOf = ({ history }: Sizes) => ticketEvent(history)

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

/** An attachment of the ticket whose saga waits for the upload. */
async function attachmentIn(store: Store): Promise<AttachmentCase> {
  const attachment = new AttachmentCase({ api: new Api({ store }) })
  await attachment.request(promiseOf(png), uploadTicketId)
  await attachment.start()
  return attachment
}

async function uploadedIn(store: Store): Promise<AttachmentCase> {
  const attachment = await attachmentIn(store)
  attachment.put(png)
  return attachment
}

/** Exhaustive: a function in the background that has no case does not compile. */
export const backgroundCases: Record<BackgroundName, Case[]> = {
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
        const deps = { store, runtime, observer, objects, consumers, sagas, settledAfterMs: 60_000 }
        return () => Promise.all(detectors.map((one) => one.suspects(deps, row ?? {}, later(runtime))))
      },
    },
  ],
  'run-notification-step': [
    {
      async prepare(store) {
        const saga = await new NotificationCase({ store }).begin('ok')
        return () => saga.run()
      },
    },
  ],
  'run-webhook-step': [
    {
      async prepare(store) {
        const saga = await new WebhookCase({ store }).begin('up')
        return () => saga.run()
      },
    },
  ],
  'run-attachment-step': [
    {
      async prepare(store) {
        const attachment = new AttachmentCase({ api: new Api({ store }) })
        await attachment.request(promiseOf(png), uploadTicketId)
        attachment.put(png)
        await attachment.write(attachmentSaga({ isScanned: false }))
        return async () => (await attachment.execute(1)).resume()
      },
    },
  ],
  'run-removal-step': [
    {
      async prepare(store) {
        const file = await readyFile(new Api({ store }), uploadTicketId)
        const removal = await new RemovalCase(file).begin()
        return () => removal.run()
      },
    },
  ],
  'record-upload': [
    {
      async prepare(store) {
        const attachment = await uploadedIn(store)
        return () => handleUpload(attachment, attachment.key)
      },
    },
  ],
  'sweep-uploads': [
    {
      async prepare(store) {
        const attachment = await uploadedIn(store)
        const { runtime, objects, callbacks } = attachment
        await runtime.sleep(60_000)
        return () => sweepUploads({ store, runtime, objects, callbacks, observer }, runtime.now() + 60_000)
      },
    },
  ],
  'sweep-copies': [
    {
      async prepare(store) {
        const { runtime, ref } = await uploadedIn(store)
        const objects = new MemoryObjectStore(() => runtime.now())
        objects.put(cleanKey(ref), png)
        return () => sweepCopies({ store, runtime, objects, observer }, runtime.now() + 60_000)
      },
    },
  ],
  'record-scan': [
    {
      async prepare(store) {
        const { ref, runtime, callbacks } = await uploadedIn(store)
        const scanned = { key: quarantineKey(ref), etag: 'ab'.repeat(16), verdict: { verdict: 'clean' } as const }
        return () => handleScanVerdict({ store, runtime, callbacks }, scanned, later(runtime))
      },
    },
  ],
  'record-bounce': [
    {
      async prepare(store) {
        const runtime = new ManualRuntime()
        await store.write(liveSaga('s1'))
        const headers = [
          { name: 'X-Steadfast-Id', value: 's1' },
          { name: 'X-Steadfast-Tenant', value: 'acme' },
        ]
        const bouncedRecipients = [{ emailAddress: 'ann@example.com' }]
        const bounce = { bounceType: 'Permanent', feedbackId: 'f1', bouncedRecipients }
        const Records = [{ Sns: { Message: JSON.stringify({ bounce, mail: { messageId: 'm', headers } }) } } as never]
        return () => recordBounces({ store, runtime, observer }, { Records }, later(runtime))
      },
    },
  ],
  'add-token-claims': [
    {
      async prepare() {
        const userAttributes = { 'custom:tenant': 'acme', 'custom:role': 'agent' }
        const event = { callerContext: { clientId: 'c' }, request: { userAttributes } } as never
        return () => addTokenClaims({ observer }, event)
      },
    },
  ],
  'watch-events': [
    {
      async prepare(store, sizes) {
        return () => watchEvents({ observer, store }, { Records: [inserted(lastOf(sizes))] })
      },
    },
  ],
}
