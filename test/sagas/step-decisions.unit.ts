import { describe, expect, it } from 'vitest'
import { type DoState, decideDo } from '../../sagas/decide-do.ts'
import { decideUndo, type UndoState } from '../../sagas/decide-undo.ts'
import { decideWait } from '../../sagas/decide-wait.ts'
import type { CallOutcome, Json, Plan, UndoPlan } from '../../sagas/plan.ts'
import type { SagaStep } from '../../sagas/saga.ts'
import type { StepDecision } from '../../sagas/step-decision.ts'
import type { Fence } from '../../tables/step-keys.ts'

const rows = [{ kind: 'check', table: 'Tickets', key: { pk: 'p' }, when: { row: 'present' } } as const]

const fences = {
  absent: { state: 'absent' },
  intent: { state: 'intent' },
  waiting: { state: 'intent', wait: { token: 'old', generation: 1, attempt: 0 } },
  done: { state: 'done', result: 1 },
  undone: { state: 'undone' },
  tombstone: { state: 'tombstone' },
} as const satisfies Record<string, Fence>
type FenceName = keyof typeof fences
const fenceNames = Object.keys(fences) as FenceName[]

const plans = {
  none: undefined,
  write: { plan: 'write', writes: [...rows], result: 1 },
  skip: { plan: 'skip', result: 1 },
  refuse: { plan: 'refuse', why: 'no room' },
  call: { plan: 'call', call: async () => ({ status: 'done', result: 1 }) },
} as const satisfies Record<string, Plan<Json> | undefined>

const answers = {
  none: undefined,
  done: { status: 'done', result: 1 },
  refused: { status: 'refused', why: 'unknown address' },
  'given-up': { status: 'given-up', why: 'still down', result: 1 },
} as const satisfies Record<string, CallOutcome<Json> | undefined>

/** A decision in one line: `commit done (done) with rows`, `fail StepRefused`, `plan`. */
function line(decision: StepDecision): string {
  if (decision.next === 'fail') return `fail ${decision.error.name}`
  if (decision.next !== 'commit') return decision.next
  const { fence, attempt, writes = [] } = decision
  return `commit ${fence.state}${attempt ? ` (${attempt})` : ''}${writes.length > 0 ? ' with rows' : ''}`
}

/** The decision for every fence, in the order of {@link fenceNames}. */
function row(state: Omit<DoState, 'fence' | 'step'>, kind: SagaStep['kind']): string[] {
  return fenceNames.map((name) => line(decideDo({ ...state, step: { name: 's', kind }, fence: fences[name] })))
}

describe('the do of a step before the pivot, and the pivot itself', () => {
  it.each(['compensatable', 'pivot'] as const)('is decided by its fence first, then by its plan: %s', (kind) => {
    const decide = (state: Partial<DoState>) => row({ isPivotDone: false, ...state }, kind)
    const [closed, finish] = ['fail StepClosed', 'finish']
    //                                         absent                        intent                        waiting                       done    undone  tombstone
    expect(decide({})).toEqual([/* no plan */ 'plan', 'plan', 'plan', finish, closed, closed])
    const write = 'commit done (done) with rows'
    expect(decide({ plan: plans.write })).toEqual([write, write, write, finish, closed, closed])
    const skip = 'commit done (skipped)'
    expect(decide({ plan: plans.skip })).toEqual([skip, skip, skip, finish, closed, closed])
    const confirm = 'confirm-refusal'
    expect(decide({ plan: plans.refuse })).toEqual([confirm, confirm, confirm, finish, closed, closed])
    expect(decide({ plan: plans.refuse, isRefusalConfirmed: true })).toEqual([
      'fail StepRefused',
      'fail Error', // an earlier attempt may have made its call
      'fail StepRefused', // an opened wait is not a call
      finish,
      closed,
      closed,
    ])
    const intent = 'commit intent'
    expect(decide({ plan: plans.call })).toEqual([intent, 'call', 'call', finish, closed, closed])
    const called = { plan: plans.call, answer: answers.done }
    const done = 'commit done (done)'
    expect(decide(called)).toEqual([intent, done, done, finish, closed, closed])
    const gaveUp = 'commit done (given-up)'
    const late = { plan: plans.call, answer: answers['given-up'] }
    expect(decide(late)).toEqual([intent, gaveUp, gaveUp, finish, closed, closed])
    const refused = 'commit tombstone (refused)'
    const turnedDown = { plan: plans.call, answer: answers.refused }
    // A tombstone after its own refusal fails as refused, one that an undo has left as closed.
    expect(decide(turnedDown)).toEqual([intent, refused, refused, finish, 'fail StepRefused', 'fail StepRefused'])
  })

  it('that was refused says why again to whoever repeats it: the tombstone keeps the refusal, one of an earlier version does not', () => {
    const step = { name: 's', kind: 'pivot' } as const
    const decide = (state: Partial<DoState> & { fence: Fence }) => decideDo({ step, isPivotDone: false, ...state })
    const refusal = decide({ fence: fences.intent, plan: plans.call, answer: answers.refused })
    const tombstone = { state: 'tombstone', refusal: 's: unknown address' } as const
    expect(refusal).toMatchObject({ next: 'commit', fence: tombstone })
    expect(decide({ fence: tombstone })).toMatchObject({
      next: 'fail',
      error: { name: 'StepRefused', message: 's: unknown address' },
    })
    expect(decide({ fence: fences.tombstone })).toMatchObject({ next: 'fail', error: { name: 'StepClosed' } })
  })
})

describe('the do of a step after the pivot', () => {
  it('waits for the pivot, and can neither refuse nor be refused', () => {
    const decide = (state: Partial<DoState>) => row({ isPivotDone: true, ...state }, 'retriable')
    const [closed, finish] = ['fail StepClosed', 'finish']
    expect(row({ isPivotDone: false }, 'retriable')).toEqual([closed, closed, closed, finish, closed, closed])
    expect(decide({})).toEqual(['plan', 'plan', 'plan', finish, closed, closed])
    const retry = 'fail Error'
    const refusal = { plan: plans.refuse, isRefusalConfirmed: true }
    expect(decide(refusal)).toEqual([retry, retry, retry, finish, closed, closed])
    const turnedDown = decide({ plan: plans.call, answer: answers.refused })
    expect(turnedDown.slice(0, 4)).toEqual(['commit intent', retry, retry, finish])
  })
})

describe('an undo', () => {
  const undoPlans = {
    write: { plan: 'write', writes: [...rows] },
    call: { plan: 'call', call: async () => {} },
    skip: { plan: 'skip' },
  } as const satisfies Record<string, UndoPlan>
  const decide = (state: Omit<UndoState, 'fence'>) =>
    fenceNames.map((name) => line(decideUndo({ ...state, fence: fences[name] })))

  it('leaves a tombstone where nothing was attempted, and undoes what was, once', () => {
    const step = {}
    const tombstone = 'commit tombstone (nothing-to-undo)'
    expect(decide({ step })).toEqual([tombstone, 'plan', 'plan', 'plan', 'finish', 'finish'])
    const undone = 'commit undone (undone)'
    expect(decide({ step, plan: undoPlans.skip })).toEqual([tombstone, undone, undone, undone, 'finish', 'finish'])
    const rows = `${undone} with rows`
    expect(decide({ step, plan: undoPlans.write })).toEqual([tombstone, rows, rows, rows, 'finish', 'finish'])
    expect(decide({ step, plan: undoPlans.call })).toEqual([tombstone, 'call', 'call', 'call', 'finish', 'finish'])
    const called = decide({ step, plan: undoPlans.call, isCalled: true })
    expect(called).toEqual([tombstone, undone, undone, undone, 'finish', 'finish'])
  })

  it('plans also where nothing was attempted, for a step that asks for it', () => {
    const step = { undoUnattempted: true } as const
    expect(decide({ step })[0]).toBe('plan')
    expect(decide({ step, plan: undoPlans.write })[0]).toBe('commit tombstone (nothing-to-undo) with rows')
  })
})

describe('opening a wait', () => {
  const step = { name: 's' }
  const decide = (fence: Fence, wait: { token: string; generation: number; attempt: number }) => {
    const decision = decideWait(step, fence, wait)
    if (decision.next === 'open') return `open, replacing ${decision.replaces}`
    return decision.next === 'fail' ? `fail ${decision.error.name}` : decision.next
  }

  it('stores its token unless the step is done, closed, or waited for by a newer attempt', () => {
    const wait = { token: 'new', generation: 1, attempt: 1 }
    expect(fenceNames.map((name) => decide(fences[name], wait))).toEqual([
      'open, replacing undefined',
      'open, replacing undefined',
      'open, replacing old',
      'current',
      'fail StepClosed',
      'fail StepClosed',
    ])
    expect(decide(fences.waiting, { ...wait, token: 'old' })).toBe('current')
  })

  it.each([
    [{ generation: 2, attempt: 0 }, 'replaced'],
    [{ generation: 1, attempt: 2 }, 'replaced'],
    [{ generation: 1, attempt: 1 }, 'open, replacing stored'],
    [{ generation: 1, attempt: 0 }, 'open, replacing stored'],
    [{ generation: 0, attempt: 9 }, 'open, replacing stored'],
  ])('yields to the newest attempt of the newest generation: stored by %o', (stored, expected) => {
    const fence: Fence = { state: 'intent', wait: { token: 'stored', ...stored } }
    expect(decide(fence, { token: 'new', generation: 1, attempt: 1 })).toBe(expected)
  })
})
