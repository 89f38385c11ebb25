import validate from 'asl-validator'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { StateMachine, TaskState } from '../../sagas/asl.ts'
import { compile } from '../../sagas/compile.ts'
import { notification } from '../../sagas/notification/notification.ts'
import { shapes } from '../../sagas/phases.ts'
import { skip } from '../../sagas/plan.ts'
import { longRetry } from '../../sagas/retry.ts'
import { saga } from '../../sagas/saga.ts'
import { definitionVersion } from '../../sagas/version.ts'
import { drive } from './drive-machine.ts'
import { type Address, functionArn, NotificationCase } from './notification-fixture.ts'

const act = async () => skip(null)
const undo = async () => ({ plan: 'skip' }) as const
const Nothing = z.strictObject({})

describe.each(shapes)('a compiled saga (%s)', (shape) => {
  const machine = compile(notification, { functionArn, shape })
  const tasks = Object.entries(machine.States).filter((entry): entry is [string, TaskState] => entry[1].Type === 'Task')

  it('is valid Amazon States Language', () => {
    const { isValid, errorsText } = validate(JSON.parse(JSON.stringify(machine)))
    expect(errorsText()).toBe('')
    expect(isValid).toBe(true)
  })

  it('has these states and transitions', () => {
    expect(outline(machine)).toMatchSnapshot()
    expect(machine).toMatchSnapshot()
  })

  it('catches every error of every task with its last catcher', () => {
    for (const [name, { Catch }] of tasks) {
      expect(Catch.at(-1)?.ErrorEquals, name).toEqual(['States.ALL'])
      for (const { Next } of Catch) expect(machine.States, name).toHaveProperty([Next])
    }
  })

  it('limits the time of each attempt, but not of a wait for a person, and never of the whole execution', () => {
    expect(machine).not.toHaveProperty('TimeoutSeconds')
    for (const [name, { TimeoutSeconds }] of tasks) {
      if (/^wait for (operator|release)/.test(name)) expect(TimeoutSeconds, name).toBeUndefined()
      else expect(TimeoutSeconds, name).toBeGreaterThan(0)
    }
  })

  it('fails within a minute when its function is gone, so that reconciliation can continue it with the one deployed now', async () => {
    let attempts = 0
    const { status } = await drive(machine, { tenant: 'acme', sagaId: 's', generation: 1 }, async () => {
      attempts++
      throw Object.assign(new Error('Function not found'), { name: 'Lambda.ResourceNotFoundException' })
    })
    expect(status).toBe('failed')
    // A first state, the pivot's resolution, and parking: four retries each.
    expect(attempts).toBe(15)
    for (const [name, { Retry }] of tasks) {
      const retrier = Retry.find(({ ErrorEquals }) => ErrorEquals.includes('Lambda.ResourceNotFoundException'))
      expect(retrier, name).toMatchObject({ MaxAttempts: 4, MaxDelaySeconds: 8 })
    }
  })

  it('never retries errors that can only occur again', () => {
    for (const [name, { Retry }] of tasks) {
      expect(Retry[0], name).toMatchObject({ MaxAttempts: 0 })
      expect(Retry[0]?.ErrorEquals, name).toContain('ExecutionSuperseded')
    }
  })
})

describe('the price of a run', () => {
  const statesOf = async (shape: 'phases' | 'steps', address: Address) => {
    const saga = await new NotificationCase({ shape }).begin(address)
    return (await saga.run()).visited
  }

  it('is one state on the good path when neighbouring steps share a task, and one per step otherwise', async () => {
    expect(await statesOf('phases', 'ok')).toEqual(['notice, budget, mail, record'])
    expect(await statesOf('steps', 'ok')).toEqual(['notice', 'budget', 'mail', 'record'])
  })

  it('is four states when the mail is refused, or one per step and undo', async () => {
    expect(await statesOf('phases', 'bounce')).toEqual([
      'notice, budget, mail, record',
      'resolve pivot',
      'pivot committed?',
      'compensated',
    ])
    expect(await statesOf('steps', 'bounce')).toEqual([
      'notice',
      'budget',
      'mail',
      'resolve pivot',
      'pivot committed?',
      'undo budget',
      'undo notice',
      'compensated',
    ])
  })

  it('counts calls to tables and mail, and fails when they grow', async () => {
    const counts: Record<string, number> = {}
    for (const address of ['ok', 'none', 'bounce'] as const) {
      const saga = await new NotificationCase().begin(address)
      await saga.run()
      counts[address] = saga.calls.count
    }
    // ok: snapshot, begin; budget 2, notice 2, mail 5 (hold, reads, intent, call, done), record 1.
    expect(counts).toEqual({ ok: 12, none: 10, bounce: 16 })
  })
})

describe('two steps of one name', () => {
  it('are refused at run time too', () => {
    const begun = saga('x', Nothing).pivot('a', { do: act })
    expect(() => begun.retriable('a' as never, { do: act })).toThrow(/two steps called "a"/)
  })
})

describe('the version of a definition', () => {
  const one = () => saga('x', Nothing).compensatable('a', { do: act, undo }).pivot('b', { do: act })

  it('changes with the steps, their order and their kinds, as the same fences would then mean something else', () => {
    const versions = [
      one(),
      one().retriable('c', { do: act }),
      saga('x', Nothing).compensatable('b', { do: act, undo }).pivot('a', { do: act }),
      saga('x', Nothing).compensatable('a', { do: act, undo, undoUnattempted: true }).pivot('b', { do: act }),
      saga('x', Nothing).pivot('a', { do: act }).retriable('b', { do: act }),
    ].map(definitionVersion)
    expect(new Set(versions).size).toBe(versions.length)
  })

  it('stays the same when only times and retries change', () => {
    const patientOne = saga('x', Nothing)
      .compensatable('a', { do: act, undo, timeoutSeconds: 9 })
      .pivot('b', { do: act, retry: longRetry })
    expect(definitionVersion(patientOne)).toBe(definitionVersion(one()))
  })
})

/** The transitions of each state, one line per state. */
function outline({ States }: StateMachine): string[] {
  return Object.entries(States).map(([name, state]) => {
    if (state.Type === 'Choice') {
      const choices = state.Choices.map(({ StringEquals, Next }) => `${StringEquals} → ${Next}`)
      return `${name}: ${[...choices, `else → ${state.Default}`].join(' · ')}`
    }
    if (state.Type !== 'Task') return `${name}: ${state.Type.toLowerCase()}s`
    const caught = state.Catch.map(({ ErrorEquals, Next }) => `${ErrorEquals.join(', ')} → ${Next}`)
    return `${name}: → ${state.Next ?? '(end)'} · ${caught.join(' · ')}`
  })
}
