import { afterEach, describe, expect, it, vi } from 'vitest'
import { failure, roleArn, TestStack, task } from './step-functions-fixture.ts'
import { type Asked, askTestState, lambdaInvoke, map } from './test-state-fixture.ts'

let stack: TestStack
afterEach(async () => {
  vi.useRealTimers()
  await stack.close()
})

describe('TestState', () => {
  it('answers with the output, the next state and the status', async () => {
    stack = new TestStack()
    const choice = {
      Type: 'Choice',
      Choices: [
        { Variable: '$.number', NumericEquals: 1, Next: 'Equals 1' },
        { Variable: '$.number', NumericEquals: 2, Next: 'Equals 2' },
      ],
      Default: 'No Match',
    }
    expect(await askTestState(stack, choice, { input: { number: 2 } })).toEqual({
      output: '{"number":2}',
      nextState: 'Equals 2',
      status: 'SUCCEEDED',
    })
  })

  it('shows each step of the data flow at the level DEBUG', async () => {
    stack = new TestStack()
    const pass = {
      Type: 'Pass',
      InputPath: '$.payload',
      Parameters: { data: 1 },
      ResultPath: '$.result',
      OutputPath: '$.result.data',
      Assign: { 'seen.$': '$.data' },
      Next: 'Another State',
    }
    const asked = { input: { payload: { foo: 'bar' } }, inspectionLevel: 'DEBUG', variables: '{"before":0}' } as const
    expect(await askTestState(stack, pass, asked)).toEqual({
      output: '1',
      inspectionData: {
        input: '{"payload":{"foo":"bar"}}',
        afterInputPath: '{"foo":"bar"}',
        afterParameters: '{"data":1}',
        afterResultSelector: '{"data":1}',
        afterResultPath: '{"payload":{"foo":"bar"},"result":{"data":1}}',
        variables: '{"before":0,"seen":1}',
      },
      nextState: 'Another State',
      status: 'SUCCEEDED',
    })
  })

  it('calls the function of a task without a mock, and nothing afterwards', async () => {
    stack = new TestStack({ functions: { f: ({ n }: { n: number }) => ({ twice: n * 2 }) } })
    const answer = await askTestState(stack, task('f', { ResultSelector: { 'r.$': '$.twice' }, Next: 'Then' }), {
      input: { n: 2 },
      inspectionLevel: 'DEBUG',
    })
    expect(answer).toMatchObject({
      output: '{"r":4}',
      nextState: 'Then',
      status: 'SUCCEEDED',
      inspectionData: { result: '{"twice":4}', afterResultSelector: '{"r":4}' },
    })
    expect(stack.calls).toEqual([{ name: 'f', payload: { n: 2 } }])
  })

  it('tells a failure with the data up to it', async () => {
    stack = new TestStack({
      functions: {
        f: () => {
          throw failure('Broken', 'badly')
        },
      },
    })
    const answer = await askTestState(stack, task('f'), { input: { n: 1 }, inspectionLevel: 'DEBUG' })
    expect(answer).toMatchObject({ status: 'FAILED', error: 'Broken', cause: expect.stringContaining('badly') })
    expect(answer.inspectionData).toEqual({
      input: '{"n":1}',
      afterInputPath: '{"n":1}',
      afterParameters: '{"n":1}',
    })
    expect(await askTestState(stack, { Type: 'Fail', Error: 'E', Cause: 'C' })).toEqual({
      status: 'FAILED',
      error: 'E',
      cause: 'C',
    })
  })

  it('ends a task at its timeout, and a wait that is longer than a test may take', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const called = Promise.withResolvers<void>()
    stack = new TestStack({
      functions: {
        f: () => {
          called.resolve()
          return stack.hang()
        },
      },
    })
    const ask = (state: object) => stack.call('TestState', { definition: JSON.stringify(state), roleArn, input: '{}' })
    const timedOut = ask(task('f', { TimeoutSeconds: 3, End: true }))
    await called.promise
    await vi.advanceTimersByTimeAsync(3_000)
    expect(await timedOut).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
    const waited = ask({ Type: 'Wait', Seconds: 20, Next: 'Then' })
    await vi.advanceTimersByTimeAsync(20_000)
    expect(await waited).toEqual({ status: 'SUCCEEDED', output: '{}', nextState: 'Then' })
    const tooLong = ask({ Type: 'Wait', Seconds: 301, Next: 'Then' })
    await vi.advanceTimersByTimeAsync(300_000)
    expect(await tooLong).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
  })

  it('starts no execution, and is forgotten', async () => {
    stack = new TestStack()
    await askTestState(stack, { Type: 'Succeed' })
    expect(await stack.call('ListStateMachines', {})).toEqual({ stateMachines: [] })
  })
})

describe('TestState of one state of a definition', () => {
  const machine = {
    StartAt: 'All',
    States: {
      All: map('INLINE', {
        Catch: [{ ErrorEquals: ['Broken'], Next: 'Sorry' }],
        Retry: [{ ErrorEquals: ['Odd'], IntervalSeconds: 7 }],
      }),
      Sorry: { Type: 'Pass', Result: 'sorry', End: true },
    },
  }

  it('finds it by its name, also within a Map, whose first item it then works on', async () => {
    stack = new TestStack({ functions: { f: (payload) => payload } })
    expect(await askTestState(stack, machine, { stateName: 'Sorry' })).toEqual({
      status: 'SUCCEEDED',
      output: '"sorry"',
    })
    expect(await askTestState(stack, machine, { stateName: 'Each', input: 'item' })).toEqual({
      status: 'SUCCEEDED',
      output: '"item"',
    })
  })

  it('lets the states around it handle an error that its own Retry and Catch do not', async () => {
    stack = new TestStack()
    const ask = (error: string) =>
      askTestState(stack, machine, { stateName: 'Each', mock: { errorOutput: { error } }, inspectionLevel: 'DEBUG' })
    expect(await ask('Busy')).toMatchObject({
      status: 'RETRIABLE',
      inspectionData: { errorDetails: { retryBackoffIntervalSeconds: 5 } },
    })
    expect(await ask('Odd')).toMatchObject({
      status: 'RETRIABLE',
      inspectionData: { errorDetails: { retryBackoffIntervalSeconds: 7 } },
    })
    expect(await ask('Broken')).toMatchObject({ status: 'CAUGHT_ERROR', nextState: 'Sorry' })
    expect(await ask('Else')).toMatchObject({ status: 'FAILED', error: 'Else' })
  })

  it('refuses a name that the definition does not have', async () => {
    stack = new TestStack()
    await expect(askTestState(stack, machine, { stateName: 'None' })).rejects.toMatchObject({
      name: 'ValidationException',
    })
  })
})

describe('TestState refuses', () => {
  const mock = { result: '1' }
  it.each<[string, object, Asked, string, string]>([
    ['a task without role or mock', task('f'), { roleArn: undefined }, 'ValidationException', 'RoleArn must be'],
    ['a Map without a mock', map('INLINE'), {}, 'InvalidDefinition', 'does not support Map or Parallel states'],
    [
      'a callback without a mock',
      { ...lambdaInvoke(), Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken' },
      {},
      'InvalidDefinition',
      "'.sync' or '.waitForTaskToken'",
    ],
    ['a mock of a Pass state', { Type: 'Pass', End: true }, { mock }, 'ValidationException', "State type 'Pass'"],
    [
      'a mock with both result and error',
      task('f'),
      { mock: { ...mock, errorOutput: { error: 'E' } } },
      'ValidationException',
      'only one of the following fields: [result, errorOutput]',
    ],
    ['a mock that is no JSON', task('f'), { mock: { result: '{' } }, 'ValidationException', 'must be valid JSON'],
    ['a mock of a Map that is no array', map('INLINE'), { mock }, 'ValidationException', 'must be an array'],
    [
      'a mock that the API would not answer',
      lambdaInvoke(),
      { mock: { result: '{"StatusCode":"200"}' } },
      'ValidationException',
      "Field 'StatusCode' must be a number",
    ],
    [
      'to validate a mock of which it has no model',
      { Type: 'Task', Resource: 'arn:aws:states:::dynamodb:putItem', Parameters: {}, End: true },
      { mock: { result: '{}' } },
      'NotImplemented',
      'fieldValidationMode NONE',
    ],
    ['secrets with a mock', task('f'), { mock, revealSecrets: true }, 'ValidationException', 'RevealSecrets'],
    ['a context without a mock', task('f'), { context: '{}' }, 'ValidationException', 'Context'],
    [
      'the level TRACE for what is no HTTP task',
      task('f'),
      { inspectionLevel: 'TRACE' },
      'ValidationException',
      'HTTP',
    ],
    [
      'a level that is none',
      task('f'),
      { inspectionLevel: 'ALL' as never },
      'ValidationException',
      "Value at 'inspectionLevel' failed to satisfy constraint: Member must satisfy enum value set: [INFO, DEBUG, TRACE]",
    ],
    [
      'failed items of an inline Map',
      map('INLINE'),
      { mock: { result: '[]' }, stateConfiguration: { mapIterationFailureCount: 0 } },
      'ValidationException',
      'MapIterationFailureCount',
    ],
    [
      'data of an ItemReader',
      map('DISTRIBUTED'),
      { mock: { result: '[]' }, stateConfiguration: { mapItemReaderData: '[]' } },
      'NotImplemented',
      'mapItemReaderData',
    ],
    [
      'an error of a state that is not inside',
      map('INLINE'),
      { mock: { errorOutput: { error: 'E' } }, stateConfiguration: { errorCausedByState: 'Elsewhere' } },
      'ValidationException',
      'ErrorCausedByState',
    ],
    ['a definition that is none', { Type: 'Loop' }, {}, 'InvalidDefinition', 'SCHEMA_VALIDATION_FAILED'],
    ['variables that are none', task('f'), { variables: '[]' }, 'ValidationException', "Value at 'variables'"],
  ])('%s', async (_, state, asked, name, message) => {
    stack = new TestStack()
    await expect(askTestState(stack, state, asked)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    })
    expect(stack.calls).toEqual([])
  })
})
