import { afterEach, describe, expect, it } from 'vitest'
import { functionArn, TestStack } from './step-functions-fixture.ts'

let stack: TestStack
afterEach(() => stack.close())

const waiting = (fields: object = {}) => ({
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Parameters: { FunctionName: functionArn('ask'), Payload: { 'token.$': '$$.Task.Token' } },
      ...fields,
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
})

/** Starts a machine that waits, and gives the token that its function got. */
async function untilAsked(fields: object = {}, ask: (payload: { token: string }) => unknown = () => null) {
  stack = new TestStack({ functions: { ask } })
  const arn = await stack.begin(waiting(fields))
  await stack.settle()
  const { token } = stack.payloadOf(0)
  return { arn, token }
}
const succeed = (taskToken: string, output: unknown = { ok: true }) =>
  stack.call('SendTaskSuccess', { taskToken, output: JSON.stringify(output) })

describe('a task that waits for its token', () => {
  it('continues with the output that the callback sends', async () => {
    const { arn, token } = await untilAsked()
    expect((await stack.outcome(arn)).status).toBe('RUNNING')
    await succeed(token, { answer: 42 })
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: { answer: 42 } })
    expect(await stack.eventTypes(arn)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded'],
      ...['TaskStateExited', 'SucceedStateEntered', 'SucceedStateExited', 'ExecutionSucceeded'],
    ])
  })

  it('fails with the error name that the callback sends', async () => {
    const { arn, token } = await untilAsked()
    await stack.call('SendTaskFailure', { taskToken: token, error: 'Refused', cause: 'no stock' })
    expect(await stack.outcome(arn)).toMatchObject({ status: 'FAILED', error: 'Refused', cause: 'no stock' })
  })

  it('continues even if the callback arrives before its own call has ended', async () => {
    const { arn } = await untilAsked({}, async ({ token }) => {
      await succeed(token, 'early')
      throw new Error('and then it failed')
    })
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: 'early' })
  })

  it('answers a second callback with TaskTimedOut, and has no second effect', async () => {
    const { arn, token } = await untilAsked()
    await succeed(token)
    await expect(succeed(token)).rejects.toMatchObject({ code: 'TaskTimedOut' })
    await expect(stack.call('SendTaskFailure', { taskToken: token })).rejects.toMatchObject({ code: 'TaskTimedOut' })
    await expect(stack.call('SendTaskHeartbeat', { taskToken: token })).rejects.toMatchObject({ code: 'TaskTimedOut' })
    await stack.settle()
    expect((await stack.eventTypes(arn)).filter((type) => type === 'TaskSucceeded')).toHaveLength(1)
  })

  it('accepts only its own token, and only JSON', async () => {
    const { arn, token } = await untilAsked()
    await expect(succeed('guessed')).rejects.toMatchObject({ code: 'InvalidToken' })
    await expect(succeed(`${token.slice(0, -1)}~`)).rejects.toMatchObject({ code: 'TaskDoesNotExist' })
    await expect(stack.call('SendTaskSuccess', { taskToken: token, output: '{' })).rejects.toMatchObject({
      code: 'InvalidOutput',
    })
    expect((await stack.outcome(arn)).status).toBe('RUNNING')
  })

  it('times out without a heartbeat, which a Catch of States.HeartbeatTimeout takes', async () => {
    const { arn, token } = await untilAsked({
      HeartbeatSeconds: 10,
      TimeoutSeconds: 100,
      Catch: [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Done' }],
    })
    for (let beat = 0; beat < 5; beat++) {
      stack.clock.advance(9)
      await stack.call('SendTaskHeartbeat', { taskToken: token })
      stack.service.wake()
    }
    expect((await stack.outcome(arn)).status).toBe('RUNNING')
    stack.clock.advance(10)
    stack.service.wake()
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: { Error: 'States.Timeout' } })
    await expect(succeed(token)).rejects.toMatchObject({ code: 'TaskTimedOut' })
  })

  it('times out when no heartbeat ever arrives', async () => {
    const { arn } = await untilAsked({ HeartbeatSeconds: 10, TimeoutSeconds: 100 })
    stack.clock.advance(10)
    stack.service.wake()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
  })

  it('times out despite heartbeats when its timeout has passed', async () => {
    const { arn, token } = await untilAsked({ HeartbeatSeconds: 10, TimeoutSeconds: 15 })
    stack.clock.advance(9)
    await stack.call('SendTaskHeartbeat', { taskToken: token })
    stack.clock.advance(6)
    stack.service.wake()
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
  })

  it('gets a new token at each retry, which invalidates the old one', async () => {
    const { arn, token } = await untilAsked({ Retry: [{ ErrorEquals: ['Again'], IntervalSeconds: 1 }] })
    await stack.call('SendTaskFailure', { taskToken: token, error: 'Again' })
    stack.clock.advance(1)
    stack.service.wake()
    await stack.settle()
    const { token: second } = stack.payloadOf(1)
    expect(second).not.toBe(token)
    await expect(succeed(token)).rejects.toMatchObject({ code: 'TaskTimedOut' })
    await succeed(second)
    await stack.settle()
    expect((await stack.outcome(arn)).status).toBe('SUCCEEDED')
  })
})
