import { afterEach, describe, expect, it } from 'vitest'
import { failure, functionArn, TestStack, task } from './step-functions-fixture.ts'

let stack: TestStack
afterEach(() => stack.close())

const fails =
  (name: string, times = Number.POSITIVE_INFINITY) =>
  (_: never, call: number) => {
    if (call < times) throw failure(name, `${name} ${call}`)
    return 'at last'
  }

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
