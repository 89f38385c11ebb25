import { beforeEach, describe, expect, it } from 'vitest'
import { quietAfterMs, reconcileSagas } from '../../functions/reconcile-sagas/reconcile-sagas.ts'
import { generationsMax } from '../../sagas/ensure-execution.ts'
import { nextGeneration, updateSaga } from '../../tables/sagas.ts'
import {
  api,
  deliver,
  deps,
  machineArn,
  machines,
  nameOf,
  now,
  park,
  ref,
  resume,
  saga,
  startRunningSaga,
} from './running-saga.ts'

beforeEach(startRunningSaga)

describe('a saga whose execution is lost', () => {
  const reconcile = () => reconcileSagas(deps(), Number.POSITIVE_INFINITY)

  /** Until the saga is parked. */
  async function loseEveryExecution(): Promise<void> {
    for (let generation = 1; generation <= generationsMax; generation++) {
      machines.end({ machineArn, name: nameOf(generation) })
      api.runtime.advance(quietAfterMs)
      const isLast = generation === generationsMax
      expect(await reconcile()).toMatchObject({ nextGenerations: isLast ? 0 : 1, parked: isLast ? 1 : 0 })
    }
  }

  it('continues as its next generation, once, however many reconcilers run at once', async () => {
    machines.end({ machineArn, name: nameOf(1) })
    api.runtime.advance(quietAfterMs)
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
    api.runtime.advance(quietAfterMs)
    expect(await reconcile()).toMatchObject({ started: 1, nextGenerations: 0 })
    expect(machines.started.map(({ name }) => name)).toEqual([nameOf(1)])
  })

  it('is started by the next reconciliation when the one before died after raising the generation', async () => {
    machines.end({ machineArn, name: nameOf(1) })
    await api.store.write(nextGeneration(ref(), now(), { state: 'running', definition: (await saga()).definition }))
    api.runtime.advance(quietAfterMs)
    expect(await reconcile()).toMatchObject({ started: 1, nextGenerations: 0 })
    expect(machines.started.map(({ name }) => name)).toEqual([nameOf(1), nameOf(2)])
  })

  it('continues even while it is parked', async () => {
    await park('P1')
    machines.end({ machineArn, name: nameOf(1) })
    api.runtime.advance(quietAfterMs)
    expect(await reconcile()).toMatchObject({ nextGenerations: 1 })
    expect((await resume('P1')).status).toBe(409)
  })

  it('is left alone while its execution runs, shortly after it changed, and when it has ended', async () => {
    expect(await reconcile()).toMatchObject({ asked: 0 })
    api.runtime.advance(quietAfterMs)
    expect(await reconcile()).toMatchObject({ asked: 1, started: 0, nextGenerations: 0, woken: 0 })
    await api.store.write(updateSaga(ref(), now(), { state: 'completed', endedAt: now() }))
    machines.end({ machineArn, name: nameOf(1) })
    api.runtime.advance(quietAfterMs)
    expect(await reconcile()).toMatchObject({ asked: 0, complete: true })
    expect(machines.started).toHaveLength(1)
  })

  it('does not keep others from being reconciled when Step Functions does not answer for it', async () => {
    machines.describe = () => Promise.reject(new Error('throttled'))
    api.runtime.advance(quietAfterMs)
    expect(await reconcile()).toMatchObject({ failed: 1, complete: true })
    expect((await saga()).generation).toBe(1)
  })

  it('is parked when its definition is no longer deployed, and continues when it is deployed again', async () => {
    const { definition } = await saga()
    machines.end({ machineArn, name: nameOf(1) })
    api.runtime.advance(quietAfterMs)
    const other = { ...deps(), deployedMachine: () => ({ machineArn, definition: 'another' }) }
    expect(await reconcileSagas(other, Number.POSITIVE_INFINITY)).toMatchObject({ parked: 1, nextGenerations: 0 })
    api.runtime.advance(quietAfterMs)
    expect(await reconcileSagas(other, Number.POSITIVE_INFINITY)).toMatchObject({ parked: 0 })
    const { state, parking, generation } = await saga()
    expect([state, generation]).toEqual(['parked', 1])
    expect(parking?.reason).toContain(definition)
    await resume(String(parking?.id))
    await deliver()
    expect(await saga()).toMatchObject({ state: 'running', generation: 2 })
  })

  it('stays parked when Step Functions has forgotten its executions, which it does after 90 days', async () => {
    await loseEveryExecution()
    machines.forget({ machineArn, name: nameOf(generationsMax) })
    api.runtime.advance(quietAfterMs)
    expect(await reconcile()).toMatchObject({ started: 0, nextGenerations: 0, parked: 0 })
    const { state, parking } = await saga()
    expect(state).toBe('parked')
    await resume(String(parking?.id))
    await deliver()
    expect(await saga()).toMatchObject({ state: 'running', generation: generationsMax })
  })

  it('is parked when one execution after another is lost, and each resume gives it one more', async () => {
    await loseEveryExecution()
    api.runtime.advance(quietAfterMs)
    expect(await reconcile()).toMatchObject({ nextGenerations: 0, parked: 0 })
    const { state, parking, generation } = await saga()
    expect([state, generation]).toEqual(['parked', generationsMax])
    expect(parking?.reason).toMatch(/lost 10 executions/)
    await resume(String(parking?.id))
    await deliver()
    expect(await saga()).toMatchObject({ state: 'running', generation: generationsMax + 1 })
  })
})
