import { afterEach, describe, expect, it } from 'vitest'
import { failure, functionArn, TestStack, task } from './harness.ts'

let stack: TestStack
afterEach(() => stack.close())

const fails =
  (name: string, times = Number.POSITIVE_INFINITY) =>
  (_: never, call: number) => {
    if (call < times) throw failure(name, `${name} ${call}`)
    return 'at last'
  }
const never = () => stack.hang()

describe('a task', () => {
  it('calls its function with its input and passes the result on', async () => {
    stack = new TestStack({ functions: { double: ({ n }: { n: number }) => ({ n: n * 2 }) } })
    const outcome = await stack.run(
      { StartAt: 'First', States: { First: task('double', { Next: 'Second' }), Second: task('double') } },
      { n: 3 },
    )
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { n: 12 } })
    const events = [
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
    ]
    expect(await stack.eventTypes(outcome.arn)).toEqual([
      'ExecutionStarted',
      ...events,
      ...events,
      'ExecutionSucceeded',
    ])
    expect(stack.service.transitions(outcome.arn)).toBe(2)
  })

  it('gets the response that lambda:invoke wraps, with the version that was called', async () => {
    stack = new TestStack({ functions: { echo: (payload) => payload } })
    const outcome = await stack.run({
      StartAt: 'Call',
      States: {
        Call: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke',
          Parameters: { FunctionName: `${functionArn('echo')}:7`, Payload: { 'name.$': '$$.State.Name' } },
          End: true,
        },
      },
    })
    expect(outcome.output).toEqual({ Payload: { name: 'Call' }, StatusCode: 200, ExecutedVersion: '7' })
  })

  it("ends the execution with the name of its error and Lambda's reason when it fails", async () => {
    stack = new TestStack({ functions: { broken: fails('OutOfStock') } })
    const outcome = await stack.run({ StartAt: 'Call', States: { Call: task('broken') } })
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'OutOfStock' })
    expect(JSON.parse(outcome.cause ?? '')).toEqual({ errorType: 'OutOfStock', errorMessage: 'OutOfStock 0' })
  })

  it("calls a service integration, and fails with AWS's name for the service's error", async () => {
    const { AwsError } = await import('../../aws-error.ts')
    const updates: unknown[] = []
    stack = new TestStack({
      serviceTasks: {
        'aws-sdk:dynamodb:updateItem': async (input) => {
          updates.push(input)
          if (updates.length > 1)
            throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed')
          return { Attributes: undefined, Count: 1 }
        },
      },
    })
    const update = {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:dynamodb:updateItem',
      Parameters: { TableName: 't' },
    }
    const outcome = await stack.run({
      StartAt: 'One',
      States: { One: { ...update, Next: 'Two' }, Two: { ...update, End: true } },
    })
    expect(updates).toEqual([{ TableName: 't' }, { TableName: 't' }])
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'DynamoDb.ConditionalCheckFailedException' })
  })

  it('fails when its result is too large, which can be caught; an output that is too large cannot', async () => {
    stack = new TestStack({ functions: { large: () => 'é'.repeat(140_000), small: () => 'é'.repeat(100_000) } })
    const caught = [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }]
    const states = {
      Call: task('large', { Catch: caught, End: true }),
      Caught: { Type: 'Pass', OutputPath: '$.Error', End: true },
    }
    expect(await stack.run({ StartAt: 'Call', States: states })).toMatchObject({
      status: 'SUCCEEDED',
      output: 'States.DataLimitExceeded',
    })
    const twice = {
      Call: task('small', { ResultSelector: { 'a.$': '$', 'b.$': '$' }, Catch: caught, End: true }),
      Caught: states.Caught,
    }
    expect(await stack.run({ StartAt: 'Call', States: twice })).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    })
  })
})

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

describe('a time limit', () => {
  it('ends a task that does not answer, and ignores a late result', async () => {
    let answer: (value: unknown) => void = () => {}
    stack = new TestStack({
      functions: {
        f: () =>
          new Promise((resolve) => {
            answer = resolve
          }),
      },
    })
    const Call = task('f', {
      TimeoutSecondsPath: '$.limit',
      Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }],
      End: true,
    })
    const arn = await stack.begin(
      { StartAt: 'Call', States: { Call, Late: { Type: 'Wait', Seconds: 60, End: true } } },
      { limit: 5 },
    )
    await stack.settle()
    stack.clock.advance(5)
    stack.service.wake()
    answer('too late')
    await stack.settle()
    expect(await stack.eventTypes(arn)).toEqual([
      ...[
        'ExecutionStarted',
        'TaskStateEntered',
        'LambdaFunctionScheduled',
        'LambdaFunctionStarted',
        'LambdaFunctionTimedOut',
      ],
      ...['TaskStateExited', 'WaitStateEntered'],
    ])
  })

  it('accepts only the result of the latest call after a retry', async () => {
    const answers: ((value: unknown) => void)[] = []
    stack = new TestStack({ functions: { f: () => new Promise((resolve) => answers.push(resolve)) } })
    const retry = [{ ErrorEquals: ['States.Timeout'], IntervalSeconds: 1 }]
    const arn = await stack.begin({
      StartAt: 'Call',
      States: { Call: task('f', { TimeoutSeconds: 5, Retry: retry, End: true }) },
    })
    await stack.settle()
    for (const seconds of [5, 1]) {
      stack.clock.advance(seconds)
      stack.service.wake()
      await stack.settle()
    }
    answers[0]?.('old')
    await stack.settle()
    expect((await stack.outcome(arn)).status).toBe('RUNNING')
    answers[1]?.('new')
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: 'new' })
  })

  it('of the machine ends the execution in any state', async () => {
    stack = new TestStack()
    const outcome = await stack.run({
      TimeoutSeconds: 4,
      StartAt: 'Long',
      States: { Long: { Type: 'Wait', Seconds: 900, End: true } },
    })
    expect(outcome).toEqual({ arn: outcome.arn, status: 'TIMED_OUT' })
    expect((await stack.eventTypes(outcome.arn)).at(-1)).toBe('ExecutionTimedOut')
  })
})

describe('more tasks than the concurrency limit', () => {
  it('wait for a free slot, and their timeout starts when they are called', async () => {
    const gate = Promise.withResolvers<string>()
    stack = new TestStack({ functions: { slow: (_, call) => (call < 8 ? gate.promise : 'soon') } })
    const definition = { StartAt: 'Call', States: { Call: task('slow', { TimeoutSeconds: 3, End: true }) } }
    const arns: string[] = []
    for (let started = 0; started < 10; started++) arns.push(await stack.begin(definition))
    await stack.settle()
    expect(stack.calls).toHaveLength(8)
    for (let second = 0; second < 5; second++) {
      stack.clock.advance(1)
      stack.service.wake()
    }
    gate.resolve('too late')
    await stack.settle()
    const outcomes = await Promise.all(arns.map((arn) => stack.outcome(arn)))
    expect(outcomes.slice(0, 8).map(({ error }) => error)).toEqual(Array(8).fill('States.Timeout'))
    expect(outcomes.slice(8).map(({ output }) => output)).toEqual(['soon', 'soon'])
    expect(stack.calls).toHaveLength(10)
  })
})
