import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { State, StateMachine } from '../../sagas/asl.ts'
import { compile } from '../../sagas/compile.ts'
import { checkLimits } from '../../sagas/limits.ts'
import { shapes } from '../../sagas/phases.ts'
import { skip } from '../../sagas/plan.ts'
import { longRetry, type RetryPolicy, shortRetry } from '../../sagas/retry.ts'
import { type Saga, saga } from '../../sagas/saga.ts'
import { functionArn } from './notification-fixture.ts'

const act = async () => skip(null)
const undo = async () => ({ plan: 'skip' }) as const
const Nothing = z.strictObject({})

function long(steps: number, retry: RetryPolicy): Saga {
  let begun = saga('long', Nothing).compensatable('a-step-with-a-quite-long-name', { do: act, undo, retry })
  for (let count = 1; count < steps; count++)
    begun = begun.compensatable(`a-step-with-a-quite-long-${count}`, { do: act, undo, retry })
  return begun.pivot('pivot', { do: act })
}

const done = { Type: 'Succeed' } as const

function machine(States: Record<string, State>): StateMachine {
  const [StartAt = ''] = Object.keys(States)
  return { Comment: 'made up', QueryLanguage: 'JSONPath', StartAt, States }
}

function task(Parameters: Record<string, unknown>): State {
  return {
    Type: 'Task',
    Resource: functionArn,
    Parameters,
    TimeoutSeconds: 1,
    Retry: [],
    Catch: [],
    ResultPath: null,
    End: true,
  }
}

describe('a definition that could exceed a Step Functions quota is refused, as', () => {
  it('the name of a state has at most 80 characters', () => {
    const named = (length: number) => () => checkLimits('x', machine({ ['n'.repeat(length)]: done }))
    expect(named(80)).not.toThrow()
    expect(named(81)).toThrow(/longer than 80 characters/)
  })

  it("a state carries at most 256 KB: its payload, the saga's ids, and one error", () => {
    const carrying = (bytes: number) => () => checkLimits('x', machine({ a: task({ payload: 'é'.repeat(bytes / 2) }) }))
    expect(carrying(200_000)).not.toThrow()
    expect(carrying(262_144)).toThrow(/"a" could carry \d+ bytes, more than 262144/)
  })

  it('the definition has at most 1 MB', () => {
    const states = (count: number) =>
      machine(
        Object.fromEntries(
          Array.from({ length: count }, (_, index) => [`s${index}`, task({ p: 'x'.repeat(100_000) })]),
        ),
      )
    expect(() => checkLimits('x', states(9))).not.toThrow()
    expect(() => checkLimits('x', states(11))).toThrow(/the definition has \d+ bytes/)
  })

  it('an execution writes at most 25,000 history events, with every retry used and five resumes', () => {
    expect(() => compile(long(1, { ...longRetry, retriesMax: 500 }), { functionArn })).not.toThrow()
    expect(() => compile(long(1, { ...longRetry, retriesMax: 2_000 }), { functionArn })).toThrow(/events of history/)
  })

  it('a state per step uses more history, so that sagas of many steps need phases', () => {
    expect(() => compile(long(60, shortRetry), { functionArn, shape: 'steps' })).toThrow(/events of history/)
    expect(() => compile(long(60, shortRetry), { functionArn, shape: 'phases' })).not.toThrow()
  })

  it('the name of a step must fit into keys and state names', () => {
    expect(() => saga('x', Nothing).pivot('a/b', { do: act })).toThrow(/is not a valid name/)
    expect(() => saga('x', Nothing).pivot('a'.repeat(31), { do: act })).toThrow(/is not a valid name/)
    expect(() => saga('x#y', Nothing)).toThrow(/is not a valid name/)
  })
})

describe.each(shapes)('the names (%s)', (shape) => {
  it('of states that join many steps are shortened', () => {
    const names = Object.keys(compile(long(5, shortRetry), { functionArn, shape }).States)
    if (shape === 'phases') expect(names[0]).toBe('a-step-with-a-quite-long-name to pivot')
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(80)
  })
})
