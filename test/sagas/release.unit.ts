import { beforeEach, describe, expect, it } from 'vitest'
import { countedSagasMax, listHolds } from '../../functions/list-holds/list-holds.ts'
import { listLiveSagas } from '../../functions/list-live-sagas/list-live-sagas.ts'
import { putHold } from '../../functions/put-hold/put-hold.ts'
import { quietAfterMs, reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { releaseHold } from '../../functions/release-hold/release-hold.ts'
import { runSagaNow } from '../../functions/run-saga-now/run-saga-now.ts'
import { wakeSagas } from '../../functions/wake-saga/wake-saga.ts'
import { parseEvent } from '../../tables/events.ts'
import { admin } from '../fixtures/api.ts'
import { allRows } from '../fixtures/dump.ts'
import { interceptStore } from '../fixtures/intercepted-store.ts'
import { sqsRecord } from '../relay/fixtures.ts'
import { api, callbacks, deps, machineArn, machines, ref, saga, sagaId, startRunningSaga } from './running-saga.ts'
import { anotherSaga, waits } from './waiting-sagas.ts'

const params = { dependency: 'mail' }
const hold = () => api.call(admin, putHold, { params, body: {} })
const release = () => api.call(admin, releaseHold, { params })

/** Delivers the newest release. */
async function deliver(by = deps(), forMs = 8_000) {
  const events = (await allRows(api.store, 'Events')).filter(({ type }) => type === 'settings.hold_released')
  const newest = events.map(parseEvent).toSorted((one, other) => other.seq - one.seq)[0]
  if (!newest) throw new Error('nothing was released')
  return wakeSagas(by, { Records: [sqsRecord('m1', newest)] }, by.runtime.now() + forMs)
}

const reconcile = () => reconcileSagas(deps(), api.runtime.now() + 60_000)

beforeEach(startRunningSaga)

describe('a release', () => {
  beforeEach(hold)

  it('wakes the sagas of its tenant that wait for it, and no others', async () => {
    const forWebhook = await anotherSaga('E2')
    await anotherSaga('E3')
    await waits(sagaId)
    await waits(forWebhook, 'webhook:crm')
    await release()
    expect(await deliver()).toEqual({ batchItemFailures: [] })
    expect(callbacks.called).toEqual([`token of ${sagaId}`])
  })

  it('that is delivered twice, or after the dependency is held anew, wakes nobody again', async () => {
    await waits(sagaId)
    await release()
    await hold()
    await deliver()
    expect(callbacks.called).toEqual([])
    await release()
    await deliver()
    await deliver()
    expect(new Set(callbacks.called)).toEqual(new Set([`token of ${sagaId}`]))
  })

  it('wakes at most 20 sagas in a second, and leaves the rest to the reconciliation', async () => {
    await waits(sagaId)
    for (let number = 2; number <= 60; number++) await waits(await anotherSaga(`E${number}`))
    await release()
    await deliver(deps(), 1_000)
    expect(callbacks.called.length).toBeLessThanOrEqual(21)
    expect(callbacks.called.length).toBeGreaterThan(15)
    api.runtime.advance(quietAfterMs)
    const beganMs = api.runtime.now()
    const { released, held } = await reconcile()
    expect(held).toBe(0)
    expect(new Set(callbacks.called).size).toBe(60)
    expect(api.runtime.now() - beganMs).toBeGreaterThanOrEqual(released * 50)
  })

  it('that fails half way is delivered again, and then wakes those that were left', async () => {
    const other = await anotherSaga('E2')
    await waits(sagaId)
    await waits(other)
    await release()
    let calls = 0
    const failing = {
      async succeed(token: string) {
        if (++calls === 2) throw new Error('the connection was lost')
        return callbacks.succeed(token)
      },
    }
    expect(await deliver({ ...deps(), callbacks: failing as never })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }],
    })
    expect(new Set(callbacks.called).size).toBe(1)
    await deliver()
    expect(new Set(callbacks.called).size).toBe(2)
  })
})

describe('the reconciliation', () => {
  it('wakes a saga that began to wait too late for the release, and counts those that are still held', async () => {
    await hold()
    await waits(sagaId)
    api.runtime.advance(quietAfterMs)
    expect(await reconcile()).toMatchObject({ held: 1, released: 0 })
    expect(callbacks.called).toEqual([])
    await release()
    expect(await reconcile()).toMatchObject({ held: 0, released: 1 })
    expect(callbacks.called).toEqual([`token of ${sagaId}`])
  })

  it('looks at a hold once for many sagas that wait for it', async () => {
    await hold()
    await waits(sagaId)
    for (let index = 2; index <= 12; index++) await waits(await anotherSaga(`E${index}`))
    api.runtime.advance(quietAfterMs)
    let looks = 0
    const store = interceptStore(api.store, ({ method }, proceed) => {
      if (method === 'transactRead') looks++
      return proceed()
    })
    expect(await reconcileSagas({ ...deps(), store }, Number.POSITIVE_INFINITY)).toMatchObject({ held: 12 })
    expect(looks).toBe(1)
  })

  it('gives a saga whose execution was lost while it was held its next generation once it is released', async () => {
    await hold()
    await waits(sagaId)
    machines.end({ machineArn, name: `${sagaId}-1` })
    api.runtime.advance(quietAfterMs)
    expect(await reconcile()).toMatchObject({ held: 1, asked: 0 })
    await release()
    await callbacks.succeed(`token of ${sagaId}`)
    expect(await reconcile()).toMatchObject({ released: 0, nextGenerations: 1 })
    expect(await saga()).toMatchObject({ generation: 2 })
    expect(await saga()).not.toHaveProperty('held')
  })
})

describe('a saga that waits for a release', () => {
  it('is listed with what it waits for', async () => {
    await waits(sagaId)
    await anotherSaga('E2')
    const list = async (query: object) => (await api.call(admin, listLiveSagas, { query } as never)).json.items
    expect(await list({ heldFor: 'mail' })).toEqual([expect.objectContaining({ id: sagaId, heldFor: 'mail' })])
    expect(await list({ heldFor: 'scanner' })).toEqual([])
    expect(await list({})).toHaveLength(2)
  })

  it('counts for what it waits, and the count says when there may be more', async () => {
    await hold()
    await waits(sagaId)
    await anotherSaga('E2')
    const holds = async () => (await api.call(admin, listHolds)).json.items
    expect(await holds()).toEqual([expect.objectContaining({ dependency: 'mail', waiting: 1 })])
    expect(await holds()).not.toEqual([expect.objectContaining({ waitingIsAtLeast: true })])
    for (let number = 3; number <= countedSagasMax; number++) await waits(await anotherSaga(`E${number}`))
    expect(await holds()).toEqual([expect.objectContaining({ waiting: countedSagasMax - 1 })])
    await waits(await anotherSaga('one more'))
    expect(await holds()).toEqual([expect.objectContaining({ waiting: countedSagasMax - 1, waitingIsAtLeast: true })])
  })

  it('cannot be run now: it would wait again', async () => {
    await waits(sagaId)
    const answer = await api.call(admin, runSagaNow, { params: { sagaId }, body: { generation: 1 } })
    expect(answer).toMatchObject({ status: 409, json: { detail: expect.stringContaining('released') } })
    expect(ref()).toMatchObject({ generation: 1 })
  })
})
