import { afterEach, describe, expect, it, vi } from 'vitest'
import { TestStack } from './step-functions-fixture.ts'
import { askTestState, lambdaInvoke, map } from './test-state-fixture.ts'

let stack: TestStack
afterEach(async () => {
  vi.useRealTimers()
  await stack.close()
})

describe('TestState with a mock', () => {
  it('takes its result in place of a call, and needs no role', async () => {
    stack = new TestStack()
    const answer = await askTestState(stack, lambdaInvoke({ OutputPath: '$.Payload', End: true }), {
      roleArn: undefined,
      mock: { result: '{"Payload":{"ok":true},"StatusCode":200}' },
    })
    expect(answer).toEqual({ output: '{"ok":true}', status: 'SUCCEEDED' })
    expect(stack.calls).toEqual([])
  })

  it('tells which Retry takes an error on, and after what delay', async () => {
    stack = new TestStack()
    const retried = lambdaInvoke({
      Retry: [
        { ErrorEquals: ['Other'] },
        { ErrorEquals: ['Lambda.ServiceException'], IntervalSeconds: 2, MaxAttempts: 3, BackoffRate: 2 },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Handle' }],
      End: true,
    })
    const mock = { errorOutput: { error: 'Lambda.ServiceException', cause: 'Service error' } }
    const asked = { mock, inspectionLevel: 'DEBUG' } as const
    expect(
      await askTestState(stack, retried, { ...asked, stateConfiguration: { retrierRetryCount: 1 } }),
    ).toMatchObject({
      status: 'RETRIABLE',
      error: 'Lambda.ServiceException',
      cause: 'Service error',
      inspectionData: { errorDetails: { retryIndex: 1, retryBackoffIntervalSeconds: 4 } },
    })
    expect(
      await askTestState(stack, retried, { ...asked, stateConfiguration: { retrierRetryCount: 3 } }),
    ).toMatchObject({
      status: 'CAUGHT_ERROR',
      nextState: 'Handle',
      inspectionData: { errorDetails: { catchIndex: 0 } },
    })
  })

  it('tells which Catch takes an error on, and with what output', async () => {
    stack = new TestStack()
    const caught = lambdaInvoke({
      Catch: [{ ErrorEquals: ['Lambda.TooManyRequestsException'], ResultPath: '$.error', Next: 'HandleThrottling' }],
      Next: 'Success',
    })
    const errorOutput = { error: 'Lambda.TooManyRequestsException', cause: 'Rate exceeded' }
    expect(await askTestState(stack, caught, { input: { data: 'value' }, mock: { errorOutput } })).toEqual({
      status: 'CAUGHT_ERROR',
      nextState: 'HandleThrottling',
      ...errorOutput,
      output: JSON.stringify({ data: 'value', error: { Error: errorOutput.error, Cause: errorOutput.cause } }),
    })
    expect(await askTestState(stack, caught, { mock: { errorOutput: { error: 'Other' } } })).toEqual({
      status: 'FAILED',
      error: 'Other',
    })
  })

  it('tests a task that waits for its token, with a context of the test', async () => {
    stack = new TestStack()
    const waiting = {
      ...lambdaInvoke({ End: true }),
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: 'f', 'Payload.$': '$$.Task.Token' },
    }
    const answer = await askTestState(stack, waiting, {
      mock: { result: '"done"', fieldValidationMode: 'NONE' },
      context: '{"Task":{"Token":"mine"}}',
      inspectionLevel: 'DEBUG',
    })
    expect(answer).toMatchObject({
      status: 'SUCCEEDED',
      output: '"done"',
      inspectionData: { afterParameters: '{"FunctionName":"f","Payload":"mine"}' },
    })
  })

  it('shows how a Map state takes its items apart', async () => {
    stack = new TestStack()
    const inline = map('INLINE', {
      ItemsPath: '$.items',
      ItemSelector: { 'value.$': '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index' },
      MaxConcurrency: 2,
    })
    const answer = await askTestState(stack, inline, {
      input: { items: [1, 2] },
      mock: { result: '[10,20]' },
      inspectionLevel: 'DEBUG',
    })
    expect(answer).toMatchObject({
      status: 'SUCCEEDED',
      output: '[10,20]',
      inspectionData: {
        afterItemsPath: '[1,2]',
        afterItemSelector: '[{"value":1,"index":0},{"value":2,"index":1}]',
        maxConcurrency: 2,
      },
    })
    expect(stack.calls).toEqual([])
  })

  it('holds failed items against the threshold of a distributed Map', async () => {
    stack = new TestStack()
    const distributed = map('DISTRIBUTED', {
      ToleratedFailureCountPath: '$[0]',
      Catch: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], Next: 'TooMany' }],
    })
    const ask = (mapIterationFailureCount: number, result: string) =>
      askTestState(stack, distributed, {
        input: [1, 2, 3],
        mock: { result },
        stateConfiguration: { mapIterationFailureCount },
        inspectionLevel: 'DEBUG',
      })
    expect(await ask(1, '["a","b"]')).toMatchObject({
      status: 'SUCCEEDED',
      inspectionData: { toleratedFailureCount: 1 },
    })
    expect(await ask(2, '["a"]')).toMatchObject({
      status: 'CAUGHT_ERROR',
      nextState: 'TooMany',
      error: 'States.ExceedToleratedFailureThreshold',
    })
    await expect(ask(4, '[]')).rejects.toThrow('less than or equal to the number of Map iterations')
    await expect(ask(0, '[]')).rejects.toThrow("Input array does not equal the mocked result array's size.")
  })

  it('tests a Parallel state by the results of its branches', async () => {
    stack = new TestStack()
    const branch = (name: string) => ({ StartAt: name, States: { [name]: { Type: 'Pass', End: true } } })
    const parallel = {
      Type: 'Parallel',
      Branches: [branch('A'), branch('B')],
      ResultPath: '$.both',
      Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Handle' }],
      Next: 'Then',
    }
    expect(await askTestState(stack, parallel, { mock: { result: '[1,2]' } })).toMatchObject({
      output: '{"both":[1,2]}',
      nextState: 'Then',
    })
    const error = { errorOutput: { error: 'Broken' } }
    expect(
      await askTestState(stack, parallel, { mock: error, stateConfiguration: { errorCausedByState: 'B' } }),
    ).toMatchObject({
      status: 'CAUGHT_ERROR',
      nextState: 'Handle',
    })
  })
})
