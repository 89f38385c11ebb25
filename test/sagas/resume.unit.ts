import { beforeEach, describe, expect, it } from 'vitest'
import { getSaga } from '../../functions/get-saga/get-saga.ts'
import { quietAfterMs, reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { resumeSaga } from '../../functions/resume-saga/resume-saga.ts'
import { admin, agent, customer, stranger } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import {
  api,
  callbacks,
  deliver,
  deps,
  goOn,
  machineArn,
  machines,
  nameOf,
  park,
  resume,
  saga,
  sagaId,
  startRunningSaga,
} from './running-saga.ts'

const problem = (slug: string) => `https://steadfast.dev/problems/${slug}`

beforeEach(startRunningSaga)

describe('a resume', () => {
  it('is an event of the saga, in one transaction with its row, and wakes the waiting execution', async () => {
    await park('P1')
    const answer = await resume('P1')
    expect(answer).toMatchObject({ status: 200, json: { id: sagaId, state: 'running' }, headers: { ETag: '"1"' } })
    const [event] = (await allRows(api.store, 'Events')).filter(({ type }) => type === 'saga.resumed')
    expect(event).toMatchObject({
      aggregate: { type: 'saga', id: sagaId },
      seq: 1,
      actor: admin.id,
      data: { parkingId: 'P1' },
    })
    expect((await allRows(api.store, 'Outbox')).map(({ event }) => event)).toContainEqual(
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
    // The task that parks was called twice, and its second call arrives last.
    await park('P2')
    expect(await deliver()).toEqual({ batchItemFailures: [] })
    expect(callbacks.called).toEqual([])
    expect(await saga()).toMatchObject({ state: 'parked', parking: { id: 'P2' } })
    expect((await resume('P2')).status).toBe(200)
  })

  it('does not affect a later parking than the one it was decided for', async () => {
    await park('P1')
    let isFirst = true
    const racing = api.withStore(
      interceptStore(api.store, async (call, proceed) => {
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
    api.runtime.advance(quietAfterMs)
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
    const answer = await read(customer)
    expect(answer.json.state).toBe('parked')
    expect(answer.text).not.toContain('P1')
    expect(answer.text).not.toContain('notice: Error')
  })

  it('is not a parking that has ended', async () => {
    await park('P1')
    await resume('P1')
    const answer = await read(admin)
    expect(answer.json).toMatchObject({ state: 'running' })
    expect(answer.text).not.toContain('P1')
  })
})
