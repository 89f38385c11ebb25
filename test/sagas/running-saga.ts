import { noopObserver } from '../../app/observer.ts'
import { machineFinder } from '../../app/saga-recovery.ts'
import { resumeSaga } from '../../functions/resume-saga/resume-saga.ts'
import { wakeSagas } from '../../functions/wake-saga/wake-saga.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { startSaga } from '../../sagas/start-saga.ts'
import { parseEvent } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import { type SagaRecord, sagaRow, updateSaga } from '../../tables/sagas.ts'
import { Api, admin, customer } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { sqsRecord } from '../relay/fixtures.ts'

export const machineArn = 'arn:aws:states:eu-central-1:000000000000:stateMachine:notification'

export let api: Api
export let machines: MemoryStateMachines
export let callbacks: MemoryCallbacks
export let sagaId: string
export const tenant = admin.tenant

export const deps = () => ({
  store: api.store,
  runtime: api.runtime,
  machines,
  callbacks,
  deployedMachine: machineFinder({ notification: machineArn }),
  observer: noopObserver,
})
export const ref = (generation = 1) => ({ tenant, id: sagaId, generation })
export const nameOf = (generation: number) => `${sagaId}-${generation}`
export const now = () => new Date(api.runtime.now()).toISOString()

/** Starts a notification saga of carla's ticket, and lets it run. For `beforeEach`: everything here is about that saga. */
export async function startRunningSaga(): Promise<void> {
  api = new Api()
  machines = new MemoryStateMachines()
  callbacks = new MemoryCallbacks()
  const ticketId = await api.openTicket(customer)
  await startSaga({ store: api.store, runtime: api.runtime, machines }, notification, machineArn, {
    tenant,
    aggregate: { type: 'ticket', id: ticketId },
    eventId: 'E1',
    recipient: 'carla',
    correlationId: 'C1',
    input: { type: 'ticket.comment_added', ticketId, seq: 1, occurredAt: now(), recipient: 'carla' },
  })
  sagaId = String(machines.started[0]?.input.sagaId)
  await api.store.write(updateSaga(ref(), now(), { state: 'running' }))
}

export async function park(parkingId: string, { generation = 1, token = `token of ${parkingId}` } = {}): Promise<void> {
  const parking = { id: parkingId, reason: 'notice: Error', direction: 'compensate', since: now(), token } as const
  await api.store.write(updateSaga(ref(generation), now(), { state: 'parked', parking }))
}

/** The first update of the execution's next task. */
export const goOn = () => api.store.write(updateSaga(ref(), now(), { state: 'running', parking: 'ended' }))

export async function saga(): Promise<SagaRecord> {
  const saga = await readRow(api.store, sagaRow(tenant, sagaId))
  if (!saga) throw new Error('the saga has no row')
  return saga
}

export const resume = (parkingId: string, call: { key?: string } = {}, person = admin, on = api) =>
  on.call(person, resumeSaga, { params: { sagaId }, body: { parkingId }, ...call })

/** Delivers all the saga's events, again each time. */
export async function deliver(by = deps()) {
  const events = (await allRows(api.store, 'Events'))
    .filter(({ type }) => String(type).startsWith('saga.'))
    .map(parseEvent)
  const Records = events.map((event, index) => sqsRecord(`m${index}`, event))
  return wakeSagas(by, { Records }, by.runtime.now() + 8_000)
}
