import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { call, refuse, type UndoPlan, write } from '../../sagas/plan.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { saga } from '../../sagas/saga.ts'
import { sagaId, startSaga } from '../../sagas/start-saga.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'
import { stepRow } from '../../tables/step-keys.ts'

const tenant = 'acme'

/** A saga whose pivot is refused. Its single undo takes as long as the test wants. */
async function bench() {
  const store = new MemoryStore()
  const runtime = new ManualRuntime()
  const undoing = { begun: 0, ended: Promise.withResolvers<void>() }
  const hang = async () => {
    undoing.begun++
    await undoing.ended.promise
  }
  const definition = saga('one', z.strictObject({}))
    .compensatable('a', {
      do: async () => write([], null),
      undo: async (): Promise<UndoPlan> => ({ plan: 'call', call: hang }),
    })
    .pivot('p', { do: async () => refuse('not today') })
    .retriable('r', { do: async () => call(async () => ({ status: 'done', result: null })) })
  const aggregate = { type: 'ticket', id: 'T1' } as const
  const start = { tenant, aggregate, eventId: 'E1', correlationId: 'C1', input: {} }
  await startSaga({ store, runtime, machines: new MemoryStateMachines() }, definition, 'arn', start)
  const id = sagaId(definition, start)
  const run = taskRunner(definition, { store, runtime, tools: {} })
  /** Calls as Step Functions does, from a state entered this many seconds after the hour. */
  const task = (second: number, rest: object) => {
    const enteredAt = `2026-03-01T12:00:0${second}.000Z`
    return run({ tenant, sagaId: id, generation: 1, enteredAt, ...rest }).then(
      ({ direction }) => direction,
      ({ name }: Error) => name,
    )
  }
  const error = { Error: 'States.Timeout' }
  const read = async () => {
    const saga = await readRow(store, sagaRow(tenant, id))
    if (!saga) throw new Error('the saga has no row')
    return saga
  }
  const fence = async () => {
    return (await readRow(store, stepRow({ tenant, sagaId: id, step: 'a' })))?.state
  }
  return {
    undoing,
    read,
    fence,
    goForward: () => task(0, { action: 'do', steps: ['a', 'p', 'r'] }),
    resolvePivot: (second: number) => task(second, { action: 'resolve-pivot', undo: ['a'], error }),
    park: (second: number, token: string, attempt = 0) =>
      task(second, { action: 'park', direction: 'compensate', error, token, attempt }),
  }
}

describe('a parked saga', () => {
  it('is not changed by a task that was given up before it was parked, whether that still runs or only starts', async () => {
    const { undoing, read, fence, goForward, resolvePivot, park } = await bench()
    expect(await goForward()).toBe('StepRefused')
    const orphan = resolvePivot(1)
    await expect.poll(() => undoing.begun).toBe(1)
    expect(await park(2, 'the token')).toBe('compensate')
    const parked = await read()
    undoing.ended.resolve()
    expect(await orphan).toBe('ExecutionSuperseded')
    expect(await resolvePivot(1)).toBe('ExecutionSuperseded')
    expect(await read()).toEqual(parked)
    expect(parked).toMatchObject({ state: 'parked', parking: { token: 'the token' } })
    expect([undoing.begun, await fence()]).toEqual([1, 'done'])
  })

  it('continues with the task that follows the parking', async () => {
    const { undoing, read, fence, goForward, resolvePivot, park } = await bench()
    undoing.ended.resolve()
    await goForward()
    await park(2, 'the token')
    expect(await resolvePivot(3)).toBe('compensate')
    expect(await read()).toMatchObject({ state: 'compensated' })
    expect([undoing.begun, await fence()]).toEqual([1, 'undone'])
  })

  it('waits on the token of the last attempt to park it, even when an earlier attempt finishes later', async () => {
    const { read, goForward, park } = await bench()
    await goForward()
    expect(await park(2, 'second', 1)).toBe('compensate')
    expect(await park(2, 'first', 0)).toBe('ExecutionSuperseded')
    expect(await read()).toMatchObject({ state: 'parked', parking: { token: 'second' } })
    expect(await park(4, 'of the next parking')).toBe('compensate')
    expect(await read()).toMatchObject({ parking: { token: 'of the next parking' } })
  })
})
