import { afterEach, describe, expect, it } from 'vitest'
import { failure, TestStack, task } from './step-functions-fixture.ts'

let stack: TestStack
afterEach(() => stack.close())

const fails =
  (name: string, times = Number.POSITIVE_INFINITY) =>
  (_: never, call: number) => {
    if (call < times) throw failure(name, `${name} ${call}`)
    return 'at last'
  }
const never = () => stack.hang()

describe('a retry', () => {
  const retry = (fields: object, more: object[] = []) =>
    task('f', { Retry: [{ ErrorEquals: ['Busy'], ...fields }, ...more], End: true })

  /** After how many seconds each call came. */
  async function callTimes(definition: object, functions: Record<string, ReturnType<typeof fails>>, random = 0.5) {
    const times: number[] = []
    const f = functions.f ?? fails('Busy')
    stack = new TestStack({
      random: () => random,
      functions: {
        f: (payload: never, call) => {
          times.push((stack.clock.now() - Date.parse('2026-01-01T00:00:00Z')) / 1000)
          return f(payload, call)
        },
      },
    })
    const outcome = await stack.run({ StartAt: 'Call', States: { Call: definition } })
    return { times, outcome }
  }

  it('backs off up to its maximum delay, and gives up after its last attempt', async () => {
    const { times, outcome } = await callTimes(
      retry({ IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 10 }),
      {},
    )
    expect(times).toEqual([0, 2, 8, 18, 28])
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Busy' })
    expect(stack.service.transitions(outcome.arn)).toBe(5)
  })

  it('waits a random part of the delay with full jitter', async () => {
    const { times } = await callTimes(retry({ IntervalSeconds: 8, MaxAttempts: 2, JitterStrategy: 'FULL' }), {}, 0.25)
    expect(times).toEqual([0, 2, 6])
  })

  it('ends with the first success', async () => {
    const { times, outcome } = await callTimes(retry({}), { f: fails('Busy', 2) })
    expect(times).toEqual([0, 1, 3])
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: 'at last' })
  })

  it('covers only its own errors, and counts the attempts of each retrier separately', async () => {
    const names = ['Busy', 'Slow', 'Busy', 'Slow', 'Slow']
    const f = (_: never, call: number) => {
      throw failure(names[call] ?? 'Other')
    }
    const { times, outcome } = await callTimes(retry({ MaxAttempts: 2 }, [{ ErrorEquals: ['Slow'], MaxAttempts: 2 }]), {
      f,
    })
    expect(times).toHaveLength(5)
    expect(outcome.error).toBe('Slow')
  })
})

describe('a catcher', () => {
  it('catches the first failure that it names, and adds it to the input', async () => {
    stack = new TestStack({ functions: { f: fails('Late') } })
    const catchers = [
      { ErrorEquals: ['Other'], Next: 'Wrong' },
      { ErrorEquals: ['Late', 'Early'], ResultPath: '$.why', Next: 'Right' },
      { ErrorEquals: ['States.ALL'], Next: 'Wrong' },
    ]
    const outcome = await stack.run(
      {
        StartAt: 'Call',
        States: {
          Call: task('f', { Catch: catchers, End: true }),
          Wrong: { Type: 'Fail' },
          Right: { Type: 'Succeed' },
        },
      },
      { id: 1 },
    )
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { id: 1, why: { Error: 'Late' } } })
  })

  it('comes after the retries', async () => {
    stack = new TestStack({ functions: { f: fails('Late') } })
    const outcome = await stack.run({
      StartAt: 'Call',
      States: {
        Call: task('f', {
          Retry: [{ ErrorEquals: ['States.TaskFailed'], MaxAttempts: 1 }],
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
          End: true,
        }),
        Caught: { Type: 'Succeed' },
      },
    })
    expect(outcome.status).toBe('SUCCEEDED')
    expect(stack.calls).toHaveLength(2)
  })

  it('catches neither States.Runtime nor an error in itself', async () => {
    stack = new TestStack({ functions: { f: () => ({}), g: fails('Late') } })
    const catchers = (fields: object) => [{ ErrorEquals: ['States.ALL'], Next: 'Caught', ...fields }]
    const Caught = { Type: 'Succeed' }
    const runtime = { Call: task('f', { OutputPath: '$.gone', Catch: catchers({}), End: true }), Caught }
    expect(await stack.run({ StartAt: 'Call', States: runtime })).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
    })
    const itself = { Call: task('g', { Catch: catchers({ ResultPath: '$.a.b' }), End: true }), Caught }
    expect(await stack.run({ StartAt: 'Call', States: itself }, { a: 1 })).toMatchObject({
      status: 'FAILED',
      error: 'States.ResultPathMatchFailure',
    })
  })

  it('of States.TaskFailed does not catch a timeout', async () => {
    stack = new TestStack({ functions: { f: never } })
    const Call = task('f', {
      TimeoutSeconds: 3,
      Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Caught' }],
      End: true,
    })
    const outcome = await stack.run({ StartAt: 'Call', States: { Call, Caught: { Type: 'Succeed' } } })
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
  })
})
