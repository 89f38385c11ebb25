import { afterEach, describe, expect, it } from 'vitest'
import { failure, TestStack, task } from './step-functions-fixture.ts'

let stack: TestStack
afterEach(() => stack.close())

const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } })
const each = (state: object, fields: object = {}) => ({
  StartAt: 'All',
  States: { All: { Type: 'Map', ItemProcessor: branch('Each', state), ...fields }, Rest: { Type: 'Succeed' } },
})

describe('branches', () => {
  it('run in parallel on the same input, with their results in order', async () => {
    const answers: ((value: unknown) => void)[] = []
    const slow = () => new Promise((resolve) => answers.push(resolve))
    stack = new TestStack({ functions: { a: slow, b: slow } })
    const arn = await stack.begin(
      {
        StartAt: 'Both',
        States: { Both: { Type: 'Parallel', Branches: [branch('A', task('a')), branch('B', task('b'))], End: true } },
      },
      { n: 1 },
    )
    await stack.settle()
    expect(stack.calls.map(({ payload }) => payload)).toEqual([{ n: 1 }, { n: 1 }])
    answers[1]?.('second')
    await stack.settle()
    answers[0]?.('first')
    await stack.settle()
    expect(await stack.outcome(arn)).toMatchObject({ status: 'SUCCEEDED', output: ['first', 'second'] })
  })

  it('all end when one fails, and the Parallel state can retry or catch the failure', async () => {
    stack = new TestStack({
      functions: {
        hang: () => stack.hang(),
        fail: (_, call) => {
          throw failure('Broken', String(call))
        },
      },
    })
    const outcome = await stack.run({
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [
            branch('A', task('hang')),
            branch('B', task('fail')),
            branch('C', { Type: 'Wait', Seconds: 999, End: true }),
          ],
          Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 1 }],
          Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.why', Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Succeed' },
      },
    })
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { why: { Error: 'Broken' } } })
    expect(stack.calls.map(({ name }) => name)).toEqual(['hang', 'fail', 'hang', 'fail'])
    const types = await stack.eventTypes(outcome.arn)
    expect(types.filter((type) => type === 'WaitStateAborted')).toHaveLength(2)
    expect(types.filter((type) => type === 'ParallelStateFailed')).toHaveLength(1)
  })

  it('do not call a task whose branch was ended at the same moment', async () => {
    stack = new TestStack({ functions: { never: () => null } })
    const outcome = await stack.run({
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [branch('A', task('never')), branch('B', { Type: 'Fail', Error: 'No' })],
          Catch: [{ ErrorEquals: ['No'], Next: 'Caught' }],
          End: true,
        },
        Caught: { Type: 'Wait', Seconds: 1, End: true },
      },
    })
    expect(outcome.status).toBe('SUCCEEDED')
    expect(stack.calls).toEqual([])
  })
})

describe('iterations', () => {
  it('get their item, or the result of ItemSelector, with their results in order', async () => {
    stack = new TestStack({ functions: { f: (payload) => payload } })
    const outcome = await stack.run(
      each(task('f'), {
        ItemsPath: '$.items',
        ItemSelector: { 'index.$': '$$.Map.Item.Index', 'item.$': '$$.Map.Item.Value', 'all.$': '$.of' },
        ResultPath: '$.done',
        Next: 'Rest',
      }),
      { items: ['a', 'b'], of: 2 },
    )
    expect(outcome.output).toEqual({
      items: ['a', 'b'],
      of: 2,
      done: [
        { index: 0, item: 'a', all: 2 },
        { index: 1, item: 'b', all: 2 },
      ],
    })
  })

  it('never exceed MaxConcurrency', async () => {
    let running = 0
    let most = 0
    stack = new TestStack({
      functions: {
        f: async (item) => {
          most = Math.max(most, ++running)
          await new Promise((resolve) => setImmediate(resolve))
          running--
          return item
        },
      },
    })
    const outcome = await stack.run(each(task('f'), { MaxConcurrency: 2, Next: 'Rest' }), [1, 2, 3, 4, 5])
    expect(outcome.output).toEqual([1, 2, 3, 4, 5])
    expect(most).toBe(2)
  })

  it('end at once for an empty list, and fail for a value that is not a list', async () => {
    stack = new TestStack()
    const pass = { Type: 'Pass', End: true }
    expect((await stack.run(each(pass, { Next: 'Rest' }), [])).output).toEqual([])
    expect(await stack.run(each(pass, { Next: 'Rest' }), { no: 'list' })).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
    })
  })

  it('inside iterations keep their own items', async () => {
    stack = new TestStack()
    const cell = {
      Type: 'Pass',
      Parameters: { 'cell.$': "States.Format('{}{}', $$.Map.Item.Value, $$.Map.Item.Index)" },
      End: true,
    }
    const row = {
      Type: 'Map',
      ItemProcessor: branch('Cell', cell),
      ResultSelector: { 'cells.$': '$[*].cell' },
      End: true,
    }
    const outcome = await stack.run(each(row, { Next: 'Rest' }), [['a', 'b'], ['c']])
    expect(outcome.output).toEqual([{ cells: ['a0', 'b1'] }, { cells: ['c0'] }])
  })

  it('are all repeated when the state is retried', async () => {
    stack = new TestStack({
      functions: {
        f: (item, call) => {
          if (call === 1) throw failure('Once')
          return item
        },
      },
    })
    const outcome = await stack.run(
      each(task('f'), { MaxConcurrency: 1, Retry: [{ ErrorEquals: ['Once'] }], Next: 'Rest' }),
      [1, 2, 3],
    )
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: [1, 2, 3] })
    expect(stack.calls.map(({ payload }) => payload)).toEqual([1, 2, 1, 2, 3])
  })
})
