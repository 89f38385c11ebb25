import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { failure, type HistoryEvent, roleArn, TestStack, task } from './step-functions-fixture.ts'

let stack: TestStack
let failing: boolean
beforeEach(() => {
  failing = false
  stack = new TestStack({
    functions: {
      hang: () => stack.hang(),
      maybe: (payload) => {
        if (failing) throw failure('NotNow')
        return payload
      },
    },
  })
})
afterEach(() => stack.close())

const wait = { StartAt: 'Rest', States: { Rest: { Type: 'Wait', Seconds: 60, End: true } } }
const pass = (Result: unknown) => ({ StartAt: 'Give', States: { Give: { Type: 'Pass', Result, End: true } } })
const create = async (name: string, definition: object, fields: object = {}) =>
  (
    await stack.call<{ stateMachineArn: string }>('CreateStateMachine', {
      name,
      roleArn,
      definition: JSON.stringify(definition),
      ...fields,
    })
  ).stateMachineArn
const start = async (stateMachineArn: string, fields: object = {}) =>
  (await stack.call<{ executionArn: string }>('StartExecution', { stateMachineArn, ...fields })).executionArn
const code = (expected: string) => expect.objectContaining({ code: expected })

describe('starting an execution', () => {
  it('again with the same name and input while it runs returns the same execution', async () => {
    const machine = await create('m', wait)
    const first = await stack.call('StartExecution', { stateMachineArn: machine, name: 'x', input: '{"a":1}' })
    stack.clock.advance(1)
    await stack.settle()
    expect(await stack.call('StartExecution', { stateMachineArn: machine, name: 'x', input: '{"a":1}' })).toEqual(first)
    expect(first.executionArn).toBe('arn:aws:states:us-east-1:000000000000:execution:m:x')
    expect(await stack.eventTypes(String(first.executionArn))).toHaveLength(2)
  })

  it('fails with ExecutionAlreadyExists for another input or an execution that has ended', async () => {
    const machine = await create('m', wait)
    const arn = await start(machine, { name: 'x' })
    await expect(start(machine, { name: 'x', input: '{"b":1}' })).rejects.toEqual(code('ExecutionAlreadyExists'))
    await stack.call('StopExecution', { executionArn: arn })
    await expect(start(machine, { name: 'x' })).rejects.toEqual(code('ExecutionAlreadyExists'))
  })

  it('pins the definition even if the machine changes', async () => {
    const machine = await create('m', {
      StartAt: 'Rest',
      States: {
        Rest: { ...wait.States.Rest, End: undefined, Next: 'Old' },
        Old: { Type: 'Pass', Result: 'old', End: true },
      },
    })
    const arn = await start(machine)
    await stack.call('UpdateStateMachine', { stateMachineArn: machine, definition: JSON.stringify(pass('new')) })
    const fresh = await start(machine)
    await stack.settle()
    stack.clock.advance(60)
    stack.service.wake()
    await stack.settle()
    expect((await stack.outcome(arn)).output).toBe('old')
    expect((await stack.outcome(fresh)).output).toBe('new')
  })

  it('of a published version runs that version', async () => {
    const machine = await create('m', pass('one'), { publish: true })
    await stack.call('UpdateStateMachine', { stateMachineArn: machine, definition: JSON.stringify(pass('two')) })
    const { stateMachineVersionArn } = await stack.call('PublishStateMachineVersion', { stateMachineArn: machine })
    expect(stateMachineVersionArn).toBe(`${machine}:2`)
    const arn = await start(`${machine}:1`)
    await stack.settle()
    expect((await stack.outcome(arn)).output).toBe('one')
  })

  it.each([
    ['input that is no JSON', { input: '{' }, 'InvalidExecutionInput'],
    ['input that is too large', { input: JSON.stringify('x'.repeat(262_144)) }, 'InvalidExecutionInput'],
    ['a bad name', { name: 'a/b' }, 'InvalidName'],
    [
      'an unknown machine',
      { stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:no' },
      'StateMachineDoesNotExist',
    ],
    ['what is no ARN', { stateMachineArn: 'm' }, 'InvalidArn'],
  ])('with %s is refused, and nothing starts', async (_, fields, expected) => {
    const machine = await create('m', wait)
    await expect(start(machine, fields)).rejects.toEqual(code(expected))
    expect(await stack.call('ListExecutions', { stateMachineArn: machine })).toEqual({ executions: [] })
  })
})

describe('a machine', () => {
  it('can be created again unchanged; a different one already exists', async () => {
    const arn = await create('m', wait)
    expect(await create('m', wait)).toBe(arn)
    await expect(create('m', pass(1))).rejects.toEqual(code('StateMachineAlreadyExists'))
  })

  it('lets its executions end after its deletion, then disappears with them', async () => {
    const machine = await create('m', wait)
    const arn = await start(machine)
    await stack.settle()
    await stack.call('DeleteStateMachine', { stateMachineArn: machine })
    expect(await stack.call('DescribeStateMachine', { stateMachineArn: machine })).toMatchObject({ status: 'DELETING' })
    await expect(start(machine)).rejects.toEqual(code('StateMachineDeleting'))
    stack.clock.advance(60)
    stack.service.wake()
    expect((await stack.outcome(arn)).status).toBe('SUCCEEDED')
    await expect(stack.call('DescribeStateMachine', { stateMachineArn: machine })).rejects.toEqual(
      code('StateMachineDoesNotExist'),
    )
  })

  it('is refused with 501 and the location of what is unsupported', async () => {
    const definition = { QueryLanguage: 'JSONata', ...pass(1) }
    await expect(create('m', definition)).rejects.toMatchObject({
      status: 501,
      message: expect.stringContaining('JSONata'),
    })
    await expect(create('m', pass(1), { type: 'EXPRESS' })).rejects.toMatchObject({ status: 501 })
    expect(
      await stack.call('ValidateStateMachineDefinition', { definition: JSON.stringify(definition) }),
    ).toMatchObject({ result: 'FAIL' })
  })

  it('is listed by name in pages, and has its tags', async () => {
    for (const name of ['b', 'c', 'a']) await create(name, wait, { tags: [{ key: 'k', value: name }] })
    type Page = { stateMachines: { name: string }[]; nextToken?: string }
    const first = await stack.call<Page>('ListStateMachines', { maxResults: 2 })
    const second = await stack.call<Page>('ListStateMachines', { maxResults: 2, nextToken: first.nextToken })
    expect([...first.stateMachines, ...second.stateMachines].map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    const resourceArn = await create('a', wait)
    expect(await stack.call('ListTagsForResource', { resourceArn })).toEqual({ tags: [{ key: 'k', value: 'a' }] })
  })
})

describe('a running execution', () => {
  it('can be stopped once, with a cause; a result it waited for has no effect afterwards', async () => {
    const machine = await create('m', wait)
    const arn = await start(machine)
    await stack.settle()
    const stopped = await stack.call('StopExecution', { executionArn: arn, error: 'Enough', cause: 'tired' })
    stack.clock.advance(600)
    stack.service.wake()
    expect(await stack.call('StopExecution', { executionArn: arn })).toEqual(stopped)
    expect(await stack.outcome(arn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'tired' })
    expect(await stack.eventTypes(arn)).toEqual(['ExecutionStarted', 'WaitStateEntered', 'ExecutionAborted'])
  })

  it('fails when its history is full, and not before', async () => {
    const loop = {
      StartAt: 'Count',
      States: {
        Count: { Type: 'Pass', Parameters: { 'n.$': 'States.MathAdd($.n, -1)' }, Next: 'More' },
        More: { Type: 'Choice', Choices: [{ Variable: '$.n', NumericGreaterThan: 0, Next: 'Count' }], Default: 'End' },
        End: { Type: 'Succeed' },
      },
    }
    const events = (rounds: number) => rounds * 4 + 4
    const count = async (rounds: number) => {
      const arn = await stack.begin(loop, { n: rounds })
      while ((await stack.outcome(arn)).status === 'RUNNING') await new Promise((resolve) => setImmediate(resolve))
      const { events: last } = await stack.call<{ events: HistoryEvent[] }>('GetExecutionHistory', {
        executionArn: arn,
        reverseOrder: true,
        maxResults: 1,
      })
      return { ...(await stack.outcome(arn)), lastEvent: last[0]?.id }
    }
    expect(await count(6_249)).toMatchObject({ status: 'SUCCEEDED', lastEvent: events(6_249) })
    expect(events(6_249)).toBe(25_000)
    expect(await count(6_250)).toMatchObject({
      status: 'FAILED',
      lastEvent: 25_000,
      cause: expect.stringContaining('history events (25000)'),
    })
  })
})

describe('a redrive', () => {
  it('continues from the failed state and repeats nothing that succeeded', async () => {
    failing = true
    const arn = await stack.begin(
      {
        StartAt: 'First',
        States: {
          First: { Type: 'Pass', Result: { done: 1 }, Next: 'Both' },
          Both: {
            Type: 'Parallel',
            Branches: [
              { StartAt: 'Good', States: { Good: { Type: 'Pass', Result: 'good', End: true } } },
              { StartAt: 'Bad', States: { Bad: task('maybe') } },
            ],
            End: true,
          },
        },
      },
      {},
    )
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'FAILED', error: 'NotNow' })
    expect(await stack.call('DescribeExecution', { executionArn: arn })).toMatchObject({ redriveStatus: 'REDRIVABLE' })
    failing = false
    await stack.call('RedriveExecution', { executionArn: arn })
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: ['good', { done: 1 }] })
    const types = await stack.eventTypes(arn)
    expect(types.filter((type) => type === 'PassStateEntered')).toHaveLength(2)
    expect(types.slice(types.indexOf('ExecutionFailed'))).toEqual([
      ...[
        'ExecutionFailed',
        'ExecutionRedriven',
        'LambdaFunctionScheduled',
        'LambdaFunctionStarted',
        'LambdaFunctionSucceeded',
      ],
      ...['TaskStateExited', 'ParallelStateSucceeded', 'ParallelStateExited', 'ExecutionSucceeded'],
    ])
    expect(await stack.call('DescribeExecution', { executionArn: arn })).toMatchObject({ redriveCount: 1 })
  })

  it('is refused for a running or succeeded execution', async () => {
    const running = await start(await create('w', wait))
    const succeeded = await start(await create('p', pass(1)))
    await stack.settle()
    for (const executionArn of [running, succeeded]) {
      await expect(stack.call('RedriveExecution', { executionArn })).rejects.toEqual(code('ExecutionNotRedrivable'))
    }
  })

  it('of a stopped execution starts its task again', async () => {
    const arn = await stack.begin({ StartAt: 'Call', States: { Call: task('hang') } })
    await stack.settle()
    await stack.call('StopExecution', { executionArn: arn })
    await stack.call('RedriveExecution', { executionArn: arn })
    await stack.settle()
    expect(stack.calls).toHaveLength(2)
    expect((await stack.outcome(arn)).status).toBe('RUNNING')
  })
})

describe('history and lists', () => {
  it('come in pages, in either order, without data on request', async () => {
    const arn = await start(await create('p', pass({ secret: 1 })))
    await stack.settle()
    type Page = { events: HistoryEvent[]; nextToken?: string }
    const ids: number[] = []
    let nextToken: string | undefined
    do {
      const page: Page = await stack.call<Page>('GetExecutionHistory', {
        executionArn: arn,
        maxResults: 2,
        reverseOrder: true,
        ...(nextToken && { nextToken }),
      })
      ids.push(...page.events.map(({ id }) => id))
      nextToken = page.nextToken
    } while (nextToken !== undefined)
    expect(ids).toEqual([4, 3, 2, 1])
    const bare = await stack.call('GetExecutionHistory', { executionArn: arn, includeExecutionData: false })
    expect(JSON.stringify(bare)).not.toContain('secret')
  })

  it('list executions newest first, by status', async () => {
    const machine = await create('m', wait)
    const arns = [await start(machine), await start(machine), await start(machine)]
    await stack.call('StopExecution', { executionArn: arns[1] })
    type Page = { executions: { executionArn: string }[] }
    const running = await stack.call<Page>('ListExecutions', { stateMachineArn: machine, statusFilter: 'RUNNING' })
    expect(running.executions.map(({ executionArn }) => executionArn)).toEqual([arns[2], arns[0]])
  })

  it('answer 501 with its name for an unknown operation', async () => {
    await expect(stack.call('CreateActivity', {})).rejects.toMatchObject({
      status: 501,
      message: expect.stringContaining('CreateActivity'),
    })
  })
})
