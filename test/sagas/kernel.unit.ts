import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { compile } from '../../sagas/compile.ts'
import { shapes } from '../../sagas/phases.ts'
import { call, type ForwardPlan, type Plan, refuse, skip, type UndoPlan, write } from '../../sagas/plan.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { type Saga, type StepContext, saga } from '../../sagas/saga.ts'
import { sagaId, startSaga } from '../../sagas/start-saga.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'
import { drive } from './drive-machine.ts'

/** Records the outside calls in order, and which of them fail. */
interface Outside {
  did: string[]
  fails: Set<string>
}

type Step = StepContext<unknown, unknown, Outside>

function act(tools: Outside, what: string): void {
  if (tools.fails.has(what)) throw Object.assign(new Error(what), { name: 'Down' })
  tools.did.push(what)
}

/** A step with an outside call, which is recorded when it answers. */
const calls = (name: string) => ({
  do: async ({ tools }: Step): Promise<ForwardPlan<string>> =>
    call(async () => {
      act(tools, `do ${name}`)
      return { status: 'done', result: `${name} done` }
    }),
  undo: async ({ tools, result }: Step & { result: string | undefined }): Promise<UndoPlan> => ({
    plan: 'call',
    call: async () => act(tools, `undo ${name} (${result ?? 'who knows'})`),
  }),
})

const refuses = { do: async (): Promise<Plan<null>> => refuse('not today') }

async function run(
  definition: Saga<Outside>,
  { fails = [], shape }: { fails?: string[]; shape?: 'phases' | 'steps' } = {},
) {
  const store = new MemoryStore()
  const runtime = new ManualRuntime()
  const tools: Outside = { did: [], fails: new Set(fails) }
  const start = {
    tenant: 'acme',
    aggregate: { type: 'ticket', id: 'T1' } as const,
    eventId: 'E1',
    correlationId: 'C1',
    input: {},
  }
  await startSaga({ store, runtime, machines: new MemoryStateMachines() }, definition, 'arn', start)
  const id = sagaId(definition, start)
  const task = taskRunner(definition, { store, runtime, tools })
  const machine = compile(definition, { functionArn: 'arn', ...(shape && { shape }) })
  const driven = await drive(machine, { tenant: 'acme', sagaId: id, generation: 1 }, (payload) => task(payload))
  const outcome = async () => {
    const saga = await readRow(store, sagaRow('acme', id))
    if (!saga) throw new Error('the saga has no row')
    return saga
  }
  return { driven, tools, outcome, task, id }
}

const Nothing = z.strictObject({})
const three = saga('three', Nothing)
  .compensatable('a', calls('a'))
  .compensatable('b', calls('b'))
  .compensatable('c', calls('c'))

describe.each(shapes)('a saga (%s)', (shape) => {
  it('undoes all its steps in reverse order, and is compensated only then', async () => {
    const { tools, outcome } = await run(three.pivot('p', refuses), { shape })
    expect(tools.did).toEqual(['do a', 'do b', 'do c', 'undo c (c done)', 'undo b (b done)', 'undo a (a done)'])
    expect(await outcome()).toMatchObject({ state: 'compensated', reason: 'p: not today' })
  })

  it('is not compensated before the last undo: when that fails it is parked, and continues with it', async () => {
    const { driven, tools, outcome } = await run(three.pivot('p', refuses), { shape, fails: ['undo b (b done)'] })
    expect(driven.status).toBe('waiting')
    expect(await outcome()).toMatchObject({
      state: 'parked',
      reason: 'p: not today',
      parking: { direction: 'compensate', reason: 'b: Down' },
    })
    tools.fails.clear()
    await driven.resume()
    expect(tools.did.slice(3)).toEqual(['undo c (c done)', 'undo b (b done)', 'undo a (a done)'])
    expect((await outcome()).state).toBe('compensated')
  })

  it('also undoes the step whose call has an unknown outcome, and passes no result to its undo', async () => {
    const { tools, outcome } = await run(three.pivot('p', refuses), { shape, fails: ['do c'] })
    expect(tools.did).toEqual(['do a', 'do b', 'undo c (who knows)', 'undo b (b done)', 'undo a (a done)'])
    expect(await outcome()).toMatchObject({ state: 'compensated', reason: 'c: Down' })
  })

  it('passes to each step the results of the steps before it', async () => {
    const seen: unknown[] = []
    const look = async ({ results }: StepContext<unknown, { a: string; b: string }>): Promise<ForwardPlan<null>> => {
      seen.push(results)
      return skip(null)
    }
    const { outcome } = await run(three.pivot('p', { do: look }).retriable('r', { do: look }), { shape })
    const before = { a: 'a done', b: 'b done', c: 'c done' }
    expect(seen).toEqual([before, { ...before, p: null }])
    expect((await outcome()).state).toBe('completed')
  })

  it('has nothing to undo when the pivot is its first step', async () => {
    const { outcome } = await run(saga('short', Nothing).pivot('p', refuses), { shape })
    expect(await outcome()).toMatchObject({ state: 'compensated', reason: 'p: not today' })
  })

  it('does not take a refusal for the answer to an earlier call', async () => {
    let attempts = 0
    const fickle = async ({ tools }: Step): Promise<Plan<null>> => {
      if (++attempts > 1) return refuse('changed my mind')
      return call(async () => {
        tools.did.push('sent')
        throw new Error('answer lost')
      })
    }
    const { driven, tools, outcome } = await run(three.pivot('p', { do: fickle }), { shape })
    expect(driven.status).toBe('waiting')
    expect((await outcome()).parking).toMatchObject({ direction: 'forward' })
    expect(tools.did).toEqual(['do a', 'do b', 'do c', 'sent'])
  })

  it('only goes forward, and is parked, when a step after the pivot refuses', async () => {
    const lying = { do: refuses.do as () => Promise<never> }
    const done = { do: async (): Promise<Plan<null>> => write([], null) }
    const { driven, outcome } = await run(three.pivot('p', done).retriable('r', lying), { shape })
    expect(driven.status).toBe('waiting')
    expect((await outcome()).parking).toMatchObject({ direction: 'forward' })
  })
})

describe('a task', () => {
  it('is refused when it is not a task, or names an unknown step', async () => {
    const { task, id } = await run(three.pivot('p', refuses))
    const saga = { tenant: 'acme', sagaId: id, generation: 1 }
    await expect(task({ ...saga, action: 'jump' })).rejects.toThrow()
    await expect(task({ ...saga, action: 'do', steps: ['x'] })).rejects.toThrow(/no step "x"/)
    await expect(task({ ...saga, sagaId: 'other', action: 'do', steps: ['a'] })).rejects.toThrow(/no row/)
    await expect(task({ ...saga, tenant: 'globex', action: 'do', steps: ['a'] })).rejects.toThrow(/no row/)
  })
})
