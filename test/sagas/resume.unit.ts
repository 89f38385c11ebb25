import { beforeEach, describe, expect, it } from 'vitest'
import { noopObserver } from '../../app/observer.ts'
import { deployedBy } from '../../app/saga-machines.ts'
import { getSaga } from '../../functions/get-saga/get-saga.ts'
import { quietAfterMs, reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { resumeSaga } from '../../functions/resume-saga/resume-saga.ts'
import { wakeSagas } from '../../functions/wake-saga/wake-saga.ts'
import { MemoryCallbacks } from '../../gateways/callbacks-memory.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { startSaga } from '../../sagas/start-saga.ts'
import { parseEvent } from '../../tables/events.ts'
import { readRow } from '../../tables/read-row.ts'
import { nextGeneration, type SagaRecord, sagaRow, updateSaga } from '../../tables/sagas.ts'
import { Api, admin, agent, customer, stranger } from '../fixtures/api.ts'
import { rowsOf } from '../fixtures/dump.ts'
import { intercepted } from '../fixtures/intercepted-store.ts'

const problem = (slug: string) => `https://steadfast.dev/problems/${slug}`
const machineArn = 'arn:aws:states:eu-central-1:000000000000:stateMachine:notification'

let api: Api
let machines: MemoryStateMachines
let callbacks: MemoryCallbacks
let sagaId: string
const tenant = admin.tenant

const deps = () => ({
  store: api.store,
  runtime: api.runtime,
  machines,
  callbacks,
  deployedOf: deployedBy({ notification: machineArn }),
  observer: noopObserver,
})
const ref = (generation = 1) => ({ tenant, id: sagaId, generation })
const nameOf = (generation: number) => `${sagaId}-${generation}`
const now = () => new Date(api.runtime.now()).toISOString()

/** A saga of carla's ticket that is running. */
beforeEach(async () => {
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
})

async function park(parkingId: string, { generation = 1, token = `token of ${parkingId}` } = {}): Promise<void> {
  const parking = { id: parkingId, reason: 'notice: Error', direction: 'compensate', since: now(), token } as const
  await api.store.write(updateSaga(ref(generation), now(), { state: 'parked', parking }))
}

/** What the next task of the execution says first. */
const goOn = () => api.store.write(updateSaga(ref(), now(), { state: 'running', parking: 'ended' }))

async function saga(): Promise<SagaRecord> {
  const saga = await readRow(api.store, sagaRow(tenant, sagaId))
  if (!saga) throw new Error('the saga has no row')
  return saga
}

const resume = (parkingId: string, call: { key?: string } = {}, person = admin, on = api) =>
  on.call(person, resumeSaga, { params: { sagaId }, body: { parkingId }, ...call })

/** Delivers the saga's events, all of them again each time. */
async function deliver(by = deps()) {
  const events = (await rowsOf(api.store, 'Events')).filter(({ type }) => type === 'saga.resumed').map(parseEvent)
  const Records = events.map((event, index) => ({ messageId: `m${index}`, body: JSON.stringify(event) }) as never)
  return wakeSagas(by, { Records })
}

describe('a resume', () => {
  it('is an event of the saga, in one transaction with its row, and wakes the waiting execution', async () => {
    await park('P1')
    const answer = await resume('P1')
    expect(answer).toMatchObject({ status: 200, json: { id: sagaId, state: 'running' }, headers: { ETag: '"1"' } })
    const [event] = (await rowsOf(api.store, 'Events')).filter(({ type }) => type === 'saga.resumed')
    expect(event).toMatchObject({
      aggregate: { type: 'saga', id: sagaId },
      seq: 1,
      actor: admin.id,
      data: { parkingId: 'P1' },
    })
    expect((await rowsOf(api.store, 'Outbox')).map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ type: 'saga.resumed' }),
    )
    expect(callbacks.called).toEqual([])
    expect(await deliver()).toEqual({ batchItemFailures: [] })
    expect(callbacks.called).toEqual(['token of P1'])
    expect(await saga()).toMatchObject({ state: 'running', version: 1, generation: 1 })
  })

  it('that is repeated with its key gets the first answer, whatever has happened since', async () => {
    await park('P1')
    const first = await resume('P1', { key: 'k' })
    await goOn()
    await park('P2')
    const again = await resume('P1', { key: 'k' })
    expect([again.status, again.text]).toEqual([first.status, first.text])
    expect(again.headers['Idempotent-Replayed']).toBe('true')
    expect(await saga()).toMatchObject({ state: 'parked', version: 1 })
  })

  it('is accepted once per parking: the second operator learns that the first was faster', async () => {
    await park('P1')
    const answers = await Promise.all([resume('P1'), resume('P1')])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    expect((await resume('P1')).json.type).toBe(problem('parking-not-current'))
    expect((await saga()).version).toBe(1)
  })

  it('of an old parking is refused, and leaves the new one waiting', async () => {
    await park('P1')
    await resume('P1')
    await deliver()
    await goOn()
    await park('P2')
    const answer = await resume('P1')
    expect([answer.status, answer.json.type]).toEqual([409, problem('parking-not-current')])
    expect(await deliver()).toEqual({ batchItemFailures: [] })
    expect(callbacks.called).toEqual(['token of P1'])
    expect(await saga()).toMatchObject({ state: 'parked', parking: { id: 'P2' } })
    expect((await resume('P2')).status).toBe(200)
    expect((await saga()).version).toBe(2)
  })

  it('does not wake a saga that was parked again before the message arrived', async () => {
    await park('P1')
    await resume('P1')
    // The task that parks had been called twice, and its second call comes last.
    await park('P2')
    expect(await deliver()).toEqual({ batchItemFailures: [] })
    expect(callbacks.called).toEqual([])
    expect(await saga()).toMatchObject({ state: 'parked', parking: { id: 'P2' } })
    expect((await resume('P2')).status).toBe(200)
  })

  it('does not affect a later parking than the one it was decided for', async () => {
    await park('P1')
    let isFirst = true
    const racing = api.on(
      intercepted(api.store, async (call, proceed) => {
        const isCommit = call.method === 'transactWrite' && call.args[0].some(({ table }) => table === 'Sagas')
        if (isCommit && isFirst) {
          isFirst = false
          await park('P2')
        }
        return proceed()
      }),
    )
    expect((await resume('P1', {}, admin, racing)).json.type).toBe(problem('parking-not-current'))
    expect(isFirst).toBe(false)
    expect(await saga()).toMatchObject({ state: 'parked', version: 0, parking: { id: 'P2' } })
  })

  it('is refused for a saga that is not parked or unknown, and to callers who are not admins of its tenant', async () => {
    expect((await resume('P1')).json.type).toBe(problem('parking-not-current'))
    await park('P1')
    expect((await resume('P1', {}, stranger)).status).toBe(404)
    expect((await resume('P1', {}, agent)).status).toBe(403)
    expect((await resume('P1', {}, customer)).status).toBe(403)
    const unknown = await api.call(admin, resumeSaga, { params: { sagaId: 'none' }, body: { parkingId: 'P1' } })
    expect(unknown.status).toBe(404)
    expect((await saga()).version).toBe(0)
  })
})

describe('a resume that stops half way', () => {
  it('between commit and wake-up is finished by the delivery, however late and often it arrives', async () => {
    await park('P1')
    await resume('P1')
    const crash = { ...deps(), callbacks: { succeed: () => Promise.reject(new Error('timeout')), called: [] } }
    expect(await deliver(crash)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] })
    await deliver()
    await deliver()
    expect(callbacks.called).toEqual(['token of P1', 'token of P1'])
    expect(await saga()).toMatchObject({ generation: 1, state: 'running' })
    await goOn()
    await deliver()
    expect(callbacks.called).toHaveLength(2)
  })

  it('is found and finished by reconciliation without any delivery', async () => {
    await park('P1')
    await resume('P1')
    api.runtime.pass(quietAfterMs)
    expect(await reconcileSagas(deps(), Number.POSITIVE_INFINITY)).toMatchObject({ asked: 1, woken: 1, failed: 0 })
    expect(callbacks.called).toEqual(['token of P1'])
  })

  it('continues as the next generation when its execution is gone', async () => {
    await park('P1')
    machines.end({ machineArn, name: nameOf(1) })
    callbacks.called.push('token of P1')
    await resume('P1')
    await deliver()
    expect(await saga()).toMatchObject({ generation: 2, state: 'running', version: 1 })
    expect((await saga()).parking).toBeUndefined()
    expect(machines.started.map(({ name }) => name)).toEqual([nameOf(1), nameOf(2)])
    await deliver()
    expect(machines.started).toHaveLength(2)
  })
})

describe('what callers see of a parked saga', () => {
  const read = (person: typeof admin) => api.call(person, getSaga, { params: { sagaId } })

  it('is where and why it is parked, for those who may resume it', async () => {
    await park('P1')
    for (const person of [admin, agent])
      expect((await read(person)).json).toMatchObject({ state: 'parked', parkingId: 'P1', reason: 'notice: Error' })
    const told = await read(customer)
    expect(told.json.state).toBe('parked')
    expect(told.text).not.toContain('P1')
    expect(told.text).not.toContain('notice: Error')
  })

  it('is not a parking that has ended', async () => {
    await park('P1')
    await resume('P1')
    const told = await read(admin)
    expect(told.json).toMatchObject({ state: 'running' })
    expect(told.text).not.toContain('P1')
  })
})

describe('a saga whose execution is lost', () => {
  const reconcile = () => reconcileSagas(deps(), Number.POSITIVE_INFINITY)

  it('continues as its next generation, once, however many reconcilers run at once', async () => {
    machines.end({ machineArn, name: nameOf(1) })
    api.runtime.pass(quietAfterMs)
    await Promise.all([reconcile(), reconcile()])
    expect(await saga()).toMatchObject({ generation: 2, state: 'running' })
    expect(machines.started.map(({ name, input }) => [name, input.generation])).toEqual([
      [nameOf(1), 1],
      [nameOf(2), 2],
    ])
    const late = await api.store.write(updateSaga(ref(1), now(), { state: 'completed', endedAt: now() }))
    expect(late.status).toBe('condition-failed')
  })

  it('that was never started is started', async () => {
    machines.started.length = 0
    api.runtime.pass(quietAfterMs)
    expect(await reconcile()).toMatchObject({ started: 1, nextGenerations: 0 })
    expect(machines.started.map(({ name }) => name)).toEqual([nameOf(1)])
  })

  it('is started by the next reconciliation when the one before died after raising the generation', async () => {
    machines.end({ machineArn, name: nameOf(1) })
    await api.store.write(nextGeneration(ref(), now(), { state: 'running', definition: (await saga()).definition }))
    api.runtime.pass(quietAfterMs)
    expect(await reconcile()).toMatchObject({ started: 1, nextGenerations: 0 })
    expect(machines.started.map(({ name }) => name)).toEqual([nameOf(1), nameOf(2)])
  })

  it('continues even while it is parked', async () => {
    await park('P1')
    machines.end({ machineArn, name: nameOf(1) })
    api.runtime.pass(quietAfterMs)
    expect(await reconcile()).toMatchObject({ nextGenerations: 1 })
    expect((await resume('P1')).status).toBe(409)
  })

  it('is left alone while its execution runs, shortly after it changed, and when it has ended', async () => {
    expect(await reconcile()).toMatchObject({ asked: 0 })
    api.runtime.pass(quietAfterMs)
    expect(await reconcile()).toMatchObject({ asked: 1, started: 0, nextGenerations: 0, woken: 0 })
    await api.store.write(updateSaga(ref(), now(), { state: 'completed', endedAt: now() }))
    machines.end({ machineArn, name: nameOf(1) })
    api.runtime.pass(quietAfterMs)
    expect(await reconcile()).toMatchObject({ asked: 0, complete: true })
    expect(machines.started).toHaveLength(1)
  })

  it('does not keep others from being reconciled when Step Functions does not answer for it', async () => {
    machines.describe = () => Promise.reject(new Error('throttled'))
    api.runtime.pass(quietAfterMs)
    expect(await reconcile()).toMatchObject({ failed: 1, complete: true })
    expect((await saga()).generation).toBe(1)
  })

  it('is parked when its definition is no longer deployed, and continues when it is deployed again', async () => {
    const { definition } = await saga()
    machines.end({ machineArn, name: nameOf(1) })
    api.runtime.pass(quietAfterMs)
    const other = { ...deps(), deployedOf: () => ({ machineArn, definition: 'another' }) }
    expect(await reconcileSagas(other, Number.POSITIVE_INFINITY)).toMatchObject({ parked: 1, nextGenerations: 0 })
    api.runtime.pass(quietAfterMs)
    expect(await reconcileSagas(other, Number.POSITIVE_INFINITY)).toMatchObject({ parked: 0 })
    const { state, parking, generation } = await saga()
    expect([state, generation]).toEqual(['parked', 1])
    expect(parking?.reason).toContain(definition)
    await resume(String(parking?.id))
    await deliver()
    expect(await saga()).toMatchObject({ state: 'running', generation: 2 })
  })
})
