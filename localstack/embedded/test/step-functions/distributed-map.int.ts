import { afterEach, describe, expect, it } from 'vitest'
import { failure, roleArn, TestStack, task } from './step-functions-fixture.ts'

let stack: TestStack
afterEach(() => stack.close())

const over = (fields: object, state: object = task('f')) => ({
  StartAt: 'All',
  States: {
    All: {
      Type: 'Map',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Each',
        States: { Each: state },
      },
      End: true,
      ...fields,
    },
  },
})

/** A function that fails for the items of a list. */
const failing =
  (...items: unknown[]) =>
  (item: unknown) => {
    if (items.includes(item)) throw failure('Broken', String(item))
    return `done ${String(item)}`
  }

interface Items {
  executions: { executionArn: string; stateMachineArn: string; status: string; mapRunArn: string }[]
}

async function mapRunOf(executionArn: string): Promise<string> {
  const { mapRuns } = await stack.call<{ mapRuns: { mapRunArn: string }[] }>('ListMapRuns', { executionArn })
  return mapRuns.at(-1)?.mapRunArn ?? 'none'
}

describe('a Map state in mode DISTRIBUTED', () => {
  it('gives each item an execution of its own, and its result has their outputs in order', async () => {
    stack = new TestStack({ functions: { f: failing() } })
    const outcome = await stack.run(over({ Label: 'items' }), [1, 2])
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: ['done 1', 'done 2'] })
    expect(await stack.eventTypes(outcome.arn)).toEqual([
      ...['ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'MapRunStarted'],
      ...['MapRunSucceeded', 'MapStateSucceeded', 'MapStateExited', 'ExecutionSucceeded'],
    ])
    const mapRunArn = await mapRunOf(outcome.arn)
    expect(mapRunArn).toMatch(/^arn:aws:states:us-east-1:000000000000:mapRun:machine-1\/items:[\w-]{36}$/)
    const { executions } = await stack.call<Items>('ListExecutions', { mapRunArn })
    expect(executions).toHaveLength(2)
    expect(executions[0]).toMatchObject({
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine-1/items',
      executionArn: expect.stringMatching(/:execution:machine-1\/items:[\w-]{36}$/),
      status: 'SUCCEEDED',
      mapRunArn,
    })
    const own = await stack.call('DescribeExecution', { executionArn: executions[1]?.executionArn })
    expect(own).toMatchObject({ input: '1', output: '"done 1"', mapRunArn })
    const listed = await stack.call<Items>('ListExecutions', {
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine-1',
    })
    expect(listed.executions.map(({ executionArn }) => executionArn)).toEqual([outcome.arn])
  })

  it('runs as many of them at once as MaxConcurrency allows', async () => {
    const answers: ((value: unknown) => void)[] = []
    stack = new TestStack({ functions: { f: () => new Promise((resolve) => answers.push(resolve)) } })
    const arn = await stack.begin(over({ MaxConcurrency: 2 }), [1, 2, 3])
    await stack.settle()
    expect(await stack.call('DescribeMapRun', { mapRunArn: await mapRunOf(arn) })).toMatchObject({
      status: 'RUNNING',
      maxConcurrency: 2,
      itemCounts: { pending: 1, running: 2, total: 3 },
    })
    for (const answer of answers.splice(0)) answer(null)
    await stack.settle()
    for (const answer of answers.splice(0)) answer(null)
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: [null, null, null] })
  })

  it('has an empty result without items', async () => {
    stack = new TestStack()
    expect(await stack.run(over({}), [])).toMatchObject({ status: 'SUCCEEDED', output: [] })
  })
})

describe('failed items of a distributed Map', () => {
  const exceeded = {
    status: 'FAILED',
    error: 'States.ExceedToleratedFailureThreshold',
    cause: 'The specified tolerated failure threshold was exceeded',
  }
  const tolerated = { status: 'SUCCEEDED', output: ['done 1', 'done 4'] }

  it.each<[string, object, object]>([
    ['end it without a threshold', {}, exceeded],
    ['are left out of its result up to ToleratedFailureCount', { ToleratedFailureCount: 2 }, tolerated],
    ['end it beyond ToleratedFailureCount', { ToleratedFailureCount: 1 }, exceeded],
    ['are left out of its result up to ToleratedFailurePercentage', { ToleratedFailurePercentage: 50 }, tolerated],
    ['end it beyond ToleratedFailurePercentage', { ToleratedFailurePercentage: 49.9 }, exceeded],
    ['end it beyond either of the two', { ToleratedFailureCount: 4, ToleratedFailurePercentage: 30 }, exceeded],
    ['are counted against what a path finds', { ToleratedFailureCountPath: '$[0]' }, exceeded],
    ['are measured against the percentage that a path finds', { ToleratedFailurePercentagePath: '$[3]' }, exceeded],
  ])('%s', async (_, fields, expected) => {
    stack = new TestStack({ functions: { f: failing(2, 3) } })
    expect(await stack.run(over(fields), [1, 2, 3, 4])).toMatchObject(expected)
  })

  it('beyond the threshold can be caught, and stop the executions that still run', async () => {
    stack = new TestStack({
      functions: {
        f: (item: unknown) => {
          if (item === 'bad') throw failure('Broken')
          return stack.hang()
        },
      },
    })
    const definition = over({
      Catch: [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], Next: 'Caught' }],
    })
    const outcome = await stack.run(
      { ...definition, States: { ...definition.States, Caught: { Type: 'Pass', Result: 'caught', End: true } } },
      ['slow', 'bad'],
    )
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: 'caught' })
    expect(await stack.eventTypes(outcome.arn)).toEqual([
      ...['ExecutionStarted', 'MapStateEntered', 'MapStateStarted', 'MapRunStarted', 'MapRunFailed'],
      ...['MapStateFailed', 'MapStateExited', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded'],
    ])
    expect(await stack.call('DescribeMapRun', { mapRunArn: await mapRunOf(outcome.arn) })).toMatchObject({
      status: 'FAILED',
      itemCounts: { running: 0, failed: 1, aborted: 1, total: 2 },
    })
  })

  it('are tried again with all others when the Map state is, by a new Map Run', async () => {
    stack = new TestStack({
      functions: {
        f: (item: unknown, call) => {
          if (item === 2 && call < 2) throw failure('Broken')
          return item
        },
      },
    })
    const retry = [{ ErrorEquals: ['States.ExceedToleratedFailureThreshold'], MaxAttempts: 1 }]
    const outcome = await stack.run(over({ Retry: retry }), [1, 2])
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: [1, 2] })
    const { mapRuns } = await stack.call<{ mapRuns: unknown[] }>('ListMapRuns', { executionArn: outcome.arn })
    expect(mapRuns).toHaveLength(2)
  })

  it.each<[object, string]>([
    [
      { ToleratedFailureCountPath: '$[0]' },
      'The ToleratedFailureCountPath field refers to value "no" which is not a valid integer: $[0]',
    ],
    [{ ToleratedFailureCountPath: '$[1]' }, 'Expected non-negative integer value for ToleratedFailureCount: -1'],
    [{ ToleratedFailurePercentagePath: '$[2]' }, 'ToleratedFailurePercentage must be between 0 and 100.'],
    [
      { ToleratedFailurePercentagePath: '$[0]' },
      'The ToleratedFailurePercentagePath field refers to value "no" which is not a valid float: $[0]',
    ],
  ])('are not counted against a threshold that is none: %j', async (fields, cause) => {
    stack = new TestStack()
    const outcome = await stack.run(over(fields), ['no', -1, 101])
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause: expect.stringContaining(cause) })
  })

  it('are nothing that a Map state in mode INLINE bears: its definition is refused', async () => {
    stack = new TestStack()
    const definition = over({ ToleratedFailureCount: 1 })
    definition.States.All.ItemProcessor.ProcessorConfig = { Mode: 'INLINE' } as never
    await expect(
      stack.call('CreateStateMachine', { name: 'm', roleArn, definition: JSON.stringify(definition) }),
    ).rejects.toMatchObject({
      code: 'InvalidDefinition',
      message: expect.stringContaining('the field ToleratedFailureCount needs "Mode": "DISTRIBUTED"'),
    })
  })
})

describe('a Map Run', () => {
  it('goes on after restarts half way: no item runs twice that had answered, and no failure is forgotten', async () => {
    const answers = new Map<unknown, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
    stack = new TestStack({
      functions: { f: (item: unknown) => new Promise((resolve, reject) => answers.set(item, { resolve, reject })) },
    })
    const arn = await stack.begin(over({ ToleratedFailureCount: 1, MaxConcurrency: 2 }), [1, 2, 3, 4])
    await stack.settle()
    answers.get(1)?.reject(failure('Broken'))
    await stack.settle()
    expect(stack.calls.map(({ payload }) => payload)).toEqual([1, 2, 3])
    await stack.restart()
    await stack.settle()
    expect(stack.calls.map(({ payload }) => payload)).toEqual([1, 2, 3, 2, 3])
    answers.get(2)?.resolve('two')
    answers.get(3)?.resolve('three')
    await stack.settle()
    await stack.restart()
    await stack.settle()
    answers.get(4)?.resolve('four')
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: ['two', 'three', 'four'] })
    expect(await stack.call('DescribeMapRun', { mapRunArn: await mapRunOf(arn) })).toMatchObject({
      itemCounts: { failed: 1, succeeded: 3, total: 4 },
    })
  })

  it('learns at the next start of an item that ended while everything stopped', async () => {
    let answer: (value: unknown) => void = () => {}
    stack = new TestStack({
      functions: {
        f: () =>
          new Promise((resolve) => {
            answer = resolve
          }),
      },
    })
    const arn = await stack.begin(over({}), ['only'])
    await stack.settle()
    const restarted = stack.restart()
    answer('kept')
    await restarted
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: ['kept'] })
    expect(stack.calls).toHaveLength(1)
  })

  it('ends with its execution: those of its items are stopped', async () => {
    stack = new TestStack({ functions: { f: () => stack.hang() } })
    const arn = await stack.begin(over({}), [1, 2])
    await stack.settle()
    const mapRunArn = await mapRunOf(arn)
    await stack.call('StopExecution', { executionArn: arn })
    const { executions } = await stack.call<Items>('ListExecutions', { mapRunArn })
    expect(executions.map(({ status }) => status)).toEqual(['ABORTED', 'ABORTED'])
    expect(await stack.call('DescribeMapRun', { mapRunArn })).toMatchObject({ status: 'ABORTED' })
    await expect(stack.call('RedriveExecution', { executionArn: arn })).rejects.toMatchObject({
      code: 'NotImplemented',
      message: expect.stringContaining('the redrive of a Map Run'),
    })
  })

  it('is aborted with the branch that it is part of', async () => {
    stack = new TestStack({ functions: { f: () => stack.hang(), g: () => Promise.reject(failure('Broken')) } })
    const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } })
    const outcome = await stack.run(
      {
        StartAt: 'Both',
        States: {
          Both: {
            Type: 'Parallel',
            Branches: [{ ...over({}) }, branch('Fails', task('g'))],
            End: true,
          },
        },
      },
      [1],
    )
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Broken' })
    expect(await stack.eventTypes(outcome.arn)).toContain('MapRunAborted')
    const { executions } = await stack.call<Items>('ListExecutions', { mapRunArn: await mapRunOf(outcome.arn) })
    expect(executions.map(({ status }) => status)).toEqual(['ABORTED'])
  })

  it('is unknown by another name', async () => {
    stack = new TestStack()
    const mapRunArn = 'arn:aws:states:us-east-1:000000000000:mapRun:m/l:none'
    await expect(stack.call('DescribeMapRun', { mapRunArn })).rejects.toMatchObject({ code: 'ResourceNotFound' })
  })
})
