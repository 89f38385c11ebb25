import { afterEach, describe, expect, it } from 'vitest'
import { failure, functionArn, TestStack, task } from './harness.ts'

let stack: TestStack
afterEach(() => stack.close())

describe('a task', () => {
  it('calls its function with its input and hands the result on', async () => {
    stack = new TestStack({ functions: { double: ({ n }: { n: number }) => ({ n: n * 2 }) } })
    const outcome = await stack.run(
      { StartAt: 'First', States: { First: task('double', { Next: 'Second' }), Second: task('double') } },
      { n: 3 },
    )
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { n: 12 } })
    expect(await stack.eventTypes(outcome.arn)).toEqual([
      'ExecutionStarted',
      ...[
        'TaskStateEntered',
        'LambdaFunctionScheduled',
        'LambdaFunctionStarted',
        'LambdaFunctionSucceeded',
        'TaskStateExited',
      ],
      ...[
        'TaskStateEntered',
        'LambdaFunctionScheduled',
        'LambdaFunctionStarted',
        'LambdaFunctionSucceeded',
        'TaskStateExited',
      ],
      'ExecutionSucceeded',
    ])
  })

  it('gets what lambda:invoke wraps, with the version that was called', async () => {
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

  it('that fails ends the execution under the name of its error, with the reason as Lambda tells it', async () => {
    stack = new TestStack({
      functions: {
        broken: () => {
          throw failure('OutOfStock', 'none left')
        },
      },
    })
    const outcome = await stack.run({ StartAt: 'Call', States: { Call: task('broken') } })
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'OutOfStock' })
    expect(JSON.parse(outcome.cause ?? '')).toEqual({ errorType: 'OutOfStock', errorMessage: 'none left' })
  })
})
