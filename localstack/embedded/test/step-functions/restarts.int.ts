import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createStepFunctions } from '../../step-functions/step-functions.ts'
import { failure, functionArn, TestStack, task } from './step-functions-fixture.ts'

let stack: TestStack
afterEach(() => stack.close())

const open = (databasePath: string) =>
  createStepFunctions({
    databasePath,
    invoke: async () => ({ status: 'succeeded', payload: null }),
    log: { info: () => {}, warn: () => {} },
  })

describe('a clean stop', () => {
  it('does not count a call as failed when it fails because of the stop', async () => {
    let stopping: (error: Error) => void = () => {}
    stack = new TestStack({
      functions: {
        f: (_, call) =>
          call > 0
            ? 'after'
            : new Promise((_resolve, reject) => {
                stopping = reject
              }),
      },
    })
    const arn = await stack.begin({ StartAt: 'Call', States: { Call: task('f') } })
    await stack.settle()
    const restarted = stack.restart()
    stopping(failure('WorkerStopped'))
    await restarted
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: 'after' })
  })

  it('keeps a result that still arrives, and continues from it after the restart', async () => {
    let answer: (value: unknown) => void = () => {}
    stack = new TestStack({
      functions: {
        f: () =>
          new Promise((resolve) => {
            answer = resolve
          }),
        g: (payload) => payload,
      },
    })
    const arn = await stack.begin({ StartAt: 'One', States: { One: task('f', { Next: 'Two' }), Two: task('g') } })
    await stack.settle()
    const restarted = stack.restart()
    answer('kept')
    await restarted
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: 'kept' })
    expect(stack.calls.map(({ name }) => name)).toEqual(['f', 'g'])
  })
})

describe('after a restart', () => {
  it('a task whose call was lost is called again with the same input and a new timeout', async () => {
    stack = new TestStack({ functions: { f: () => stack.hang() } })
    const arn = await stack.begin(
      { StartAt: 'Call', States: { Call: task('f', { TimeoutSeconds: 10, End: true }) } },
      { n: 1 },
    )
    await stack.settle()
    await stack.restart()
    stack.clock.advance(9)
    await stack.restart()
    stack.clock.advance(9)
    stack.service.wake()
    await stack.settle()
    expect(stack.calls.map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }])
    expect((await stack.outcome(arn)).status).toBe('RUNNING')
    stack.clock.advance(1)
    stack.service.wake()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
  }, 20_000)

  it('an earlier heartbeat still counts, and a missing one times out as without the restart', async () => {
    stack = new TestStack({ functions: { ask: () => null } })
    const arn = await stack.begin({
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Parameters: { FunctionName: functionArn('ask'), Payload: { 'token.$': '$$.Task.Token' } },
          HeartbeatSeconds: 10,
          TimeoutSeconds: 100,
          Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Missed' }],
          End: true,
        },
        Missed: { Type: 'Pass', Result: 'missed', End: true },
      },
    })
    await stack.settle()
    const { token: taskToken } = stack.payloadOf(0)
    const pass = async (seconds: number) => {
      stack.clock.advance(seconds)
      stack.service.wake()
      await stack.settle()
      return (await stack.outcome(arn)).status
    }
    await pass(9)
    await stack.call('SendTaskHeartbeat', { taskToken })
    await stack.restart()
    expect(await pass(9)).toBe('RUNNING')
    await stack.call('SendTaskHeartbeat', { taskToken })
    await stack.restart()
    expect(await pass(9)).toBe('RUNNING')
    expect(await pass(1)).toBe('SUCCEEDED')
    expect(await stack.outcome(arn)).toMatchObject({ output: 'missed' })
    expect(stack.calls).toHaveLength(1)
  })

  it('deadlines that passed meanwhile fire at once, and tokens stay valid', async () => {
    stack = new TestStack({ functions: { ask: () => null } })
    const wait = await stack.begin({ StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 3600, End: true } } })
    const ask = await stack.begin({
      StartAt: 'Ask',
      States: {
        Ask: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Parameters: { FunctionName: functionArn('ask'), Payload: { 'token.$': '$$.Task.Token' } },
          End: true,
        },
      },
    })
    await stack.settle()
    await stack.service.stop()
    stack.clock.advance(3600)
    await stack.restart()
    expect((await stack.outcome(wait)).status).toBe('SUCCEEDED')
    await stack.call('SendTaskSuccess', { taskToken: stack.payloadOf(0).token, output: '1' })
    await stack.settle()
    expect((await stack.outcome(ask)).status).toBe('SUCCEEDED')
    expect(stack.calls).toHaveLength(1)
  })
})

describe('the journal', () => {
  it('is used by one process at a time, because a second one would run everything twice', async () => {
    stack = new TestStack()
    expect(() => open(join(stack.folder, 'journal.sqlite'))).toThrow(
      /journal\.sqlite could not be opened: database is locked/,
    )
  })

  it('is refused by name when the file is not one', () => {
    stack = new TestStack()
    const path = join(stack.folder, 'broken.sqlite')
    writeFileSync(path, 'this is no database, however long the text of it may be'.repeat(100))
    expect(() => open(path)).toThrow(/broken\.sqlite could not be opened: file is not a database/)
  })
})
