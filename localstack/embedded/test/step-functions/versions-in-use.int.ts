import { afterEach, describe, expect, it } from 'vitest'
import { versionsInUse } from '../../state-machines.ts'
import { functionArn, roleArn, TestStack, task } from './step-functions-fixture.ts'

let stack: TestStack
afterEach(() => stack.close())

describe('the versions in use', () => {
  it('are those that running executions began with, also of machines that were changed or deleted since', async () => {
    stack = new TestStack({ functions: { work: () => stack.hang(), short: () => null } })
    const create = async (name: string, functionRef: string) => {
      const definition = JSON.stringify({ StartAt: 'Call', States: { Call: task(functionRef) } })
      await stack.call('CreateStateMachine', { name, roleArn, definition })
      return `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`
    }
    const changed = await create('changed', 'work:1')
    const deleted = await create('deleted', 'work:2')
    const ended = await create('ended', 'short:3')
    for (const stateMachineArn of [changed, deleted, ended]) await stack.call('StartExecution', { stateMachineArn })
    await stack.settle()
    const definition = JSON.stringify({ StartAt: 'Call', States: { Call: task('work:4') } })
    await stack.call('UpdateStateMachine', { stateMachineArn: changed, definition })
    await stack.call('DeleteStateMachine', { stateMachineArn: deleted })
    expect(versionsInUse(stack.service)).toEqual(new Set([functionArn('work:1'), functionArn('work:2')]))
  })
})
