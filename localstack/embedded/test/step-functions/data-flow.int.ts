import { afterEach, describe, expect, it } from 'vitest'
import { TestStack, task } from './step-functions-fixture.ts'

let stack: TestStack
afterEach(() => stack.close())

describe('the data flow of a state', () => {
  it('applies InputPath, Parameters, ResultSelector, ResultPath and OutputPath in this order', async () => {
    stack = new TestStack({ functions: { f: (payload) => ({ got: payload, noise: 1 }) } })
    const outcome = await stack.run(
      {
        StartAt: 'Call',
        States: {
          Call: task('f', {
            InputPath: '$.in',
            Parameters: { 'x.$': '$.x', fixed: true },
            ResultSelector: { 'kept.$': '$.got' },
            ResultPath: '$.result',
            OutputPath: '$.result.kept',
            End: true,
          }),
        },
      },
      { in: { x: 5 }, out: 0 },
    )
    expect(stack.calls[0]?.payload).toEqual({ x: 5, fixed: true })
    expect(outcome.output).toEqual({ x: 5, fixed: true })
  })

  it('is empty for a null InputPath or OutputPath, and a null ResultPath keeps the input', async () => {
    stack = new TestStack({ functions: { f: () => 'dropped' } })
    const through = (fields: object) =>
      stack.run({ StartAt: 'Call', States: { Call: task('f', { ...fields, End: true }) } }, { a: 1 })
    expect((await through({ InputPath: null, ResultPath: null })).output).toEqual({ a: 1 })
    expect(stack.calls[0]?.payload).toEqual({})
    expect((await through({ OutputPath: null })).output).toEqual({})
  })

  it('has access to the context object', async () => {
    stack = new TestStack()
    const { arn, output } = await stack.run(
      { StartAt: 'Look', States: { Look: { Type: 'Pass', Parameters: { 'all.$': '$$' }, End: true } } },
      { a: 1 },
    )
    expect(output).toMatchObject({
      all: {
        Execution: { Id: arn, Input: { a: 1 }, StartTime: '2026-01-01T00:00:00.000Z', RedriveCount: 0 },
        StateMachine: { Id: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine-1', Name: 'machine-1' },
        State: { Name: 'Look', EnteredTime: '2026-01-01T00:00:00.000Z' },
      },
    })
  })
})

describe('a variable', () => {
  it('is assigned when its state ends, and visible to later states', async () => {
    stack = new TestStack()
    const outcome = await stack.run(
      {
        StartAt: 'Set',
        States: {
          Set: { Type: 'Pass', Assign: { 'n.$': '$.n', note: { 'of.$': '$$.State.Name' } }, Next: 'Change' },
          Change: { Type: 'Pass', Assign: { n: 0, 'before.$': '$n' }, Parameters: { 'during.$': '$n' }, Next: 'Read' },
          Read: {
            Type: 'Pass',
            Parameters: { 'n.$': '$n', 'before.$': '$before', 'note.$': '$note.of', 'during.$': '$.during' },
            End: true,
          },
        },
      },
      { n: 7 },
    )
    expect(outcome.output).toEqual({ n: 0, before: 7, note: 'Set', during: 7 })
  })

  it('of an outer scope is visible in an inner one, and not the other way round', async () => {
    stack = new TestStack()
    const outcome = await stack.run({
      StartAt: 'Set',
      States: {
        Set: { Type: 'Pass', Assign: { base: 10 }, Result: [1, 2], Next: 'Each' },
        Each: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'Add',
            States: {
              Add: { Type: 'Pass', Assign: { 'mine.$': 'States.MathAdd($base, $)' }, Next: 'Give' },
              Give: { Type: 'Pass', Parameters: { 'v.$': '$mine' }, End: true },
            },
          },
          Next: 'After',
        },
        After: { Type: 'Pass', Parameters: { 'items.$': '$', 'leaked.$': '$mine' }, End: true },
      },
    })
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.Runtime' })
    expect(outcome.cause).toContain("'leaked.$'")
    const exited = (await stack.history(outcome.arn)).find(({ type }) => type === 'MapStateExited')
    expect(exited?.stateExitedEventDetails).toMatchObject({ output: '[{"v":11},{"v":12}]' })
  })
})

describe('a wait', () => {
  const waitFor = async (fields: object, input: object = {}) => {
    stack = new TestStack()
    const arn = await stack.begin({ StartAt: 'Rest', States: { Rest: { Type: 'Wait', ...fields, End: true } } }, input)
    await stack.settle()
    const isOver = async () => (await stack.outcome(arn)).status === 'SUCCEEDED'
    stack.clock.advance(59)
    stack.service.wake()
    const early = await isOver()
    stack.clock.advance(1)
    stack.service.wake()
    return { early, after: await isOver() }
  }

  it.each<[string, object, object]>([
    ['Seconds', { Seconds: 60 }, {}],
    ['SecondsPath', { SecondsPath: '$.for' }, { for: 60 }],
    ['Timestamp', { Timestamp: '2026-01-01T00:01:00Z' }, {}],
    ['TimestampPath', { TimestampPath: '$.until' }, { until: '2026-01-01T02:01:00+02:00' }],
  ])('by %s ends on time, not earlier', async (_, fields, input) => {
    expect(await waitFor(fields, input)).toEqual({ early: false, after: true })
  })

  it('for a time in the past ends at once', async () => {
    stack = new TestStack()
    const outcome = await stack.run({
      StartAt: 'Rest',
      States: { Rest: { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', End: true } },
    })
    expect(outcome.status).toBe('SUCCEEDED')
    expect(stack.clock.now()).toBe(Date.parse('2026-01-01T00:00:00Z'))
  })

  it('without a valid time fails the execution', async () => {
    stack = new TestStack()
    const rest = (path: object) =>
      stack.run({ StartAt: 'Rest', States: { Rest: { Type: 'Wait', ...path, End: true } } }, { s: -1, t: 'soon' })
    expect(await rest({ SecondsPath: '$.s' })).toMatchObject({ status: 'FAILED', error: 'States.Runtime' })
    expect(await rest({ TimestampPath: '$.t' })).toMatchObject({ status: 'FAILED', error: 'States.Runtime' })
  })
})

describe('a choice', () => {
  it('takes the first rule that is true, else the default, else fails', async () => {
    stack = new TestStack()
    const choose = (n: number, fallback: object) =>
      stack.run(
        {
          StartAt: 'Pick',
          States: {
            Pick: {
              Type: 'Choice',
              Choices: [
                { Variable: '$.n', NumericGreaterThan: 10, Assign: { size: 'big' }, Next: 'Tell' },
                { Variable: '$.n', NumericGreaterThan: 5, Assign: { size: 'middle' }, Next: 'Tell' },
              ],
              Assign: { size: 'none' },
              ...fallback,
            },
            Tell: { Type: 'Pass', Parameters: { 'size.$': '$size' }, End: true },
          },
        },
        { n },
      )
    expect((await choose(11, {})).output).toEqual({ size: 'big' })
    expect((await choose(6, {})).output).toEqual({ size: 'middle' })
    expect((await choose(1, { Default: 'Tell' })).output).toEqual({ size: 'none' })
    expect(await choose(1, {})).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' })
  })
})
