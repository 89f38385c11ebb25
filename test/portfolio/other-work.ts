import { isResumptionEvent } from '../../app/advance-resumption.ts'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { poisonFromReceive } from '../../app/consume/poison.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import { unassignTickets } from '../../app/consumers/unassign-tickets.ts'
import type { FunctionName } from '../../app/functions.ts'
import { noopObserver as observer } from '../../app/observer.ts'
import { machineFinder } from '../../app/saga-recovery.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { settingsOfTenant } from '../../domain/settings.ts'
import { changeStatus } from '../../functions/change-status/change-status.ts'
import { handleAgain } from '../../functions/reconcile-consumers/handle-again.ts'
import { reconcileConsumers } from '../../functions/reconcile-consumers/reconcile-consumers.ts'
import { recordBounces } from '../../functions/record-bounce/record-bounce.ts'
import { startSagas } from '../../functions/start-saga/start-saga.ts'
import { wakeSagas } from '../../functions/wake-saga/wake-saga.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { attachmentSaga } from '../../sagas/attachment/attachment.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { startSaga } from '../../sagas/start-saga.ts'
import { attachmentRow } from '../../tables/attachments.ts'
import { blockCheckpoint, initialCheckpoint, replaceCheckpoint } from '../../tables/checkpoints.ts'
import { appendEvent, parseEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { resumeSaga } from '../../tables/saga-commands.ts'
import { updateSaga } from '../../tables/sagas.ts'
import type { Store } from '../../tables/store.ts'
import { Api, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { at, grownStore, type Sizes, ticketEvent } from '../promises/grown-store.ts'
import { eventBatch } from '../relay/fixtures.ts'
import { AttachmentCase, png, promiseOf } from '../sagas/attachment-fixture.ts'
import { addresses, NotificationCase } from '../sagas/notification-fixture.ts'
import { ParkedSagas } from '../sagas/parked-sagas.ts'
import { RemovalCase, readyFile } from '../sagas/removal-fixture.ts'
import { WebhookCase } from '../sagas/webhook-fixture.ts'
import { ProjectedApi } from '../views/projected-api.ts'

export const sizes: Sizes = { history: 5, followers: 3, openTickets: 3, closedTickets: 3, settings: 3, tenants: 1 }

/** Prepares work on a store that `through` wraps. The returned function does the work, and is what is recorded. */
type Prepare = (through: (store: Store) => Store) => Promise<() => Promise<unknown>>

/** What no usual message or item leads to, but writes other rows: portions, undos, what is lost, and files that are taken back. */
export const otherWork: [functionName: FunctionName, prepare: Prepare][] = [
  [
    'project-views',
    async (through) => {
      const api = await resolvedTicket(through(new MemoryStore()))
      return () => api.project()
    },
  ],
  [
    'reconcile-consumers',
    async (through) => {
      const api = await resolvedTicket(through(new MemoryStore()))
      const { store, runtime } = api
      const [event] = (await store.scan({ table: 'Events' })).rows.filter(({ type }) => type === 'ticket.opened')
      await block(store, 'project-views', event?.aggregate as DomainEvent['aggregate'], 2)
      const consumers = [projectViews(store, runtime)]
      return () => reconcileConsumers({ store, runtime, observer }, consumers, runtime.now() + 60_000)
    },
  ],
  [
    'reconcile-consumers',
    async (through) => {
      const runtime = new ManualRuntime()
      const store = through(await grownStore(sizes))
      await store.write(appendEvent(deactivation))
      await block(store, 'unassign-tickets', deactivation.aggregate, 1)
      const consumers = [unassignTickets(store, runtime)]
      return () => reconcileConsumers({ store, runtime, observer }, consumers, runtime.now() + 60_000)
    },
  ],
  [
    'unassign-tickets',
    async (through) => {
      const runtime = new ManualRuntime()
      const store = through(await grownStore(sizes))
      const deps = { store, runtime, observer }
      const consumer = unassignTickets(store, runtime)
      return () => consumeBatch(deps, consumer, eventBatch([deactivation]), runtime.now() + 60_000)
    },
  ],
  [
    'start-saga',
    async (through) => {
      const runtime = new ManualRuntime()
      const machineArns = { notification: 'arn', webhook: 'arn', attachment: 'arn', removal: 'arn' }
      const store = through(new MemoryStore())
      const deps = { store, runtime, observer, machines: new MemoryStateMachines(), machineArns }
      // Of a ticket that can't be read.
      return () => startSagas(deps, eventBatch([ticketEvent(1)], poisonFromReceive), runtime.now() + 60_000)
    },
  ],
  ['wake-saga', lostExecution],
  ['wake-saga', heldSaga],
  [
    'wake-saga',
    async (through) => {
      const { sagas } = await requestedResumption()
      const store = through(sagas.api.store)
      return () => sagas.run({ store })
    },
  ],
  [
    'reconcile-consumers',
    async (through) => {
      const { sagas, event } = await requestedResumption()
      const machineArns = { notification: 'arn', webhook: 'arn', attachment: 'arn', removal: 'arn' }
      const again = handleAgain({ ...sagas.deps(through(sagas.api.store)), machineArns })
      return () => again(event, sagas.api.runtime.now() + 60_000)
    },
  ],
  [
    'run-notification-step',
    async (through) => {
      const refused = await new NotificationCase({ store: through(new MemoryStore()) }).begin('bounce')
      return () => refused.run()
    },
  ],
  [
    'run-webhook-step',
    async (through) => {
      const failing = await new WebhookCase({ store: through(new MemoryStore()) }).begin('down')
      return () => failing.run()
    },
  ],
  ['run-attachment-step', (through) => upload(through, Buffer.from('not what was announced'), { isScanned: false })],
  ['run-attachment-step', (through) => upload(through, png, { isScanned: true })],
  [
    'run-removal-step',
    async (through) => {
      const file = await readyFile(new Api({ store: through(new MemoryStore()) }))
      const removal = await new RemovalCase(file).begin()
      await file.close()
      return () => removal.run()
    },
  ],
  [
    'record-scan',
    async (through) => {
      const file = await readyFile(new Api({ store: through(new MemoryStore()) }))
      const etag = await etagOf(file)
      return () => file.scanned(infected, etag)
    },
  ],
  [
    'sweep-copies',
    async (through) => {
      const file = await readyFile(new Api({ store: through(new MemoryStore()) }))
      await file.scanned(infected, await etagOf(file))
      // As after a removal that was given up: the mark is gone, the verdict stays.
      const { table, key } = attachmentRow(file.ref)
      const remove = ['removalSeq', 'removalRequestedBy', 'removalWhy', 'reason']
      await file.store.write({ kind: 'update', table, key, set: { state: 'ready' }, remove })
      return () => file.sweepCopies()
    },
  ],
  [
    'record-bounce',
    async (through) => {
      const store = through(new MemoryStore())
      const { id, runtime } = await new NotificationCase({ store }).begin('ok')
      const headers = [
        { name: 'X-Steadfast-Id', value: id },
        { name: 'X-Steadfast-Tenant', value: 'acme' },
      ]
      const bouncedRecipients = [{ emailAddress: addresses.ok }]
      const bounce = { bounceType: 'Permanent', feedbackId: 'f1', bouncedRecipients }
      const Records = [{ Sns: { Message: JSON.stringify({ bounce, mail: { messageId: 'm', headers } }) } } as never]
      return () => recordBounces({ store, runtime, observer }, { Records }, runtime.now() + 60_000)
    },
  ],
]

const infected = { verdict: 'infected', threat: 'Late' } as const

const deactivation: DomainEvent = {
  ...ticketEvent(1),
  id: 'deactivation',
  aggregate: { type: 'user', id: 'gone' },
  type: 'user.deactivated',
  data: {},
}

async function resolvedTicket(store: Store): Promise<ProjectedApi> {
  const api = new ProjectedApi({ store })
  const ticketId = await api.open(customer, 'Printer', 'It burns.')
  await api.change(changeStatus, ticketId, { to: 'resolved', reason: 'Out.' })
  return api
}

async function block(store: Store, consumer: string, aggregate: DomainEvent['aggregate'], seq: number): Promise<void> {
  const initial = initialCheckpoint(consumer, 'acme', aggregate)
  await store.write(replaceCheckpoint(initial, blockCheckpoint(initial, seq)))
}

/** One saga is parked, and is to be resumed with all others. */
async function requestedResumption() {
  const sagas = new ParkedSagas()
  await sagas.add('s1')
  await sagas.request()
  const [event] = (await allRows(sagas.api.store, 'Events')).map(parseEvent).filter(isResumptionEvent)
  if (!event) throw new Error('the resumption was not requested')
  return { sagas, event }
}

/** A saga that was started, and what recovers it. */
async function startedSaga(store: Store) {
  const runtime = new ManualRuntime()
  const machines = new MemoryStateMachines()
  const aggregate = { type: 'ticket', id: 'T1' } as const
  const input = { type: 'ticket.comment_added', ticketId: 'T1', seq: 2, occurredAt: at, recipient: 'ann' }
  const start = { tenant: 'acme', aggregate, eventId: 'E2', recipient: 'ann', correlationId: 'C1', input }
  await startSaga({ store, runtime, machines }, notification, 'arn', start)
  const [execution] = machines.started
  if (!execution) throw new Error('the saga was not started')
  const callbacks = new MemoryCallbacks()
  const deployedMachine = machineFinder({ notification: 'arn' })
  const deps = { store, runtime, machines, observer, callbacks, deployedMachine }
  return { ref: { tenant: 'acme', id: String(execution.input.sagaId), generation: 1 }, execution, deps }
}

/** A saga waits for the mail, which is released. */
async function heldSaga(through: (store: Store) => Store): Promise<() => Promise<unknown>> {
  const { ref, deps } = await startedSaga(through(new MemoryStore()))
  const held = { dependency: 'mail', since: at, token: 't' }
  await deps.store.write(updateSaga(ref, at, { state: 'running', held }))
  const data = { dependency: 'mail' }
  const released = { ...ticketEvent(1), aggregate: settingsOfTenant, type: 'settings.hold_released', data } as const
  return () => wakeSagas(deps, eventBatch([released]), deps.runtime.now() + 60_000)
}

/** A saga was resumed, but Step Functions has forgotten its execution. */
async function lostExecution(through: (store: Store) => Store): Promise<() => Promise<unknown>> {
  const { ref, execution, deps } = await startedSaga(through(new MemoryStore()))
  const { id } = ref
  const parking = { id: 'p', reason: 'mail: Error', direction: 'compensate', since: at, token: 't' } as const
  await deps.store.write(updateSaga(ref, at, { state: 'parked', parking }))
  const resume = { operation: 'resume', entity: 'saga', sagaId: id, parkingId: 'p', version: 1, at } as const
  await deps.store.write(resumeSaga('acme', resume))
  deps.machines.end(execution)
  deps.callbacks.called.push(parking.token)
  const saga = { type: 'saga', id } as const
  const resumed = { ...ticketEvent(1), aggregate: saga, type: 'saga.resumed', data: { parkingId: 'p' } } as const
  return () => wakeSagas(deps, eventBatch([resumed]), deps.runtime.now() + 60_000)
}

async function upload(
  through: (store: Store) => Store,
  bytes: Uint8Array,
  form: { isScanned: boolean },
): Promise<() => Promise<unknown>> {
  const file = new AttachmentCase({ api: new Api({ store: through(new MemoryStore()) }), ...form })
  await file.request(promiseOf(png))
  file.put(bytes)
  await file.write(attachmentSaga(form))
  return async () => (await file.execute(1)).resume()
}

async function etagOf(file: AttachmentCase): Promise<string> {
  return String((await file.storedRow()).etag)
}
