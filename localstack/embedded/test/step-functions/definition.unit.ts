import aslValidator from 'asl-validator'
import { describe, expect, it } from 'vitest'
import { readDefinition } from '../../step-functions/read-definition.ts'
import { functionArn, task } from './step-functions-fixture.ts'

const supports = (key: string) => key === 'sqs:sendMessage'
const read = (definition: unknown) => readDefinition(JSON.stringify(definition), supports)
const one = (state: object, more: object = {}) => ({ StartAt: 'It', States: { It: state, ...more } })
const done = { Done: { Type: 'Succeed' } }
const inner = { StartAt: 'In', States: { In: { Type: 'Pass', End: true } } }
const distributed = { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' } }

const good: Record<string, object> = {
  'a task with everything': one(
    task('f', {
      InputPath: '$.in',
      Parameters: { 'a.$': '$.a', b: { 'c.$': 'States.UUID()' } },
      ResultSelector: { 'r.$': '$.r' },
      ResultPath: '$.out',
      OutputPath: '$',
      TimeoutSeconds: 20,
      HeartbeatSeconds: 5,
      Retry: [
        {
          ErrorEquals: ['Busy'],
          IntervalSeconds: 1,
          MaxAttempts: 4,
          BackoffRate: 1.5,
          MaxDelaySeconds: 9,
          JitterStrategy: 'FULL',
        },
        { ErrorEquals: ['States.ALL'] },
      ],
      Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Done' }],
      Next: 'Done',
    }),
    done,
  ),
  'every way to wait': {
    StartAt: 'A',
    States: {
      A: { Type: 'Wait', Seconds: 1, Next: 'B' },
      B: { Type: 'Wait', SecondsPath: '$.s', Next: 'C' },
      C: { Type: 'Wait', Timestamp: '2026-01-01T00:00:00Z', Next: 'D' },
      D: { Type: 'Wait', TimestampPath: '$.t', End: true },
    },
  },
  'a choice': one(
    {
      Type: 'Choice',
      Choices: [
        { And: [{ Variable: '$.a', IsPresent: true }, { Not: { Variable: '$.a', NumericEquals: 1 } }], Next: 'Done' },
      ],
      Default: 'Done',
    },
    done,
  ),
  'branches and iterations': one(
    {
      Type: 'Parallel',
      Branches: [
        inner,
        {
          StartAt: 'All',
          States: {
            All: {
              Type: 'Map',
              ItemsPath: '$.l',
              MaxConcurrency: 2,
              ItemProcessor: {
                ProcessorConfig: { Mode: 'INLINE' },
                StartAt: 'Each',
                States: { Each: { Type: 'Pass', End: true } },
              },
              End: true,
            },
          },
        },
      ],
      Next: 'Done',
    },
    done,
  ),
  'a callback': one({
    Type: 'Task',
    Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
    Parameters: { QueueUrl: 'q', MessageBody: { 'token.$': '$$.Task.Token' } },
    End: true,
  }),
  'a distributed Map that bears failures': one({
    Type: 'Map',
    ItemProcessor: distributed,
    Label: 'Items',
    ToleratedFailureCount: 1,
    ToleratedFailurePercentagePath: '$.percentage',
    End: true,
  }),
  'a failure': one({ Type: 'Fail', ErrorPath: '$.error', CausePath: "States.Format('{}', $.cause)" }),
}

describe('a definition that AWS accepts', () => {
  it.each(Object.entries(good))('with %s is accepted by the embedded engine and by asl-validator', (_, definition) => {
    expect(read(definition).problems).toEqual([])
    const judged = aslValidator(definition)
    expect(judged.isValid, judged.errorsText('\n')).toBe(true)
  })
})

describe('a definition that the embedded engine does not support', () => {
  const express = { ...inner, ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' } }
  it.each<[string, object, string]>([
    ['JSONata for the machine', { QueryLanguage: 'JSONata', ...one({ Type: 'Succeed' }) }, ''],
    [
      'JSONata in one state',
      one({ Type: 'Pass', QueryLanguage: 'JSONata', Output: '{% 1 %}', End: true }),
      '/States/It',
    ],
    [
      'express executions of items',
      one({ Type: 'Map', ItemProcessor: express, End: true }),
      '/States/It/ItemProcessor',
    ],
    ['items from S3', one({ Type: 'Map', ItemProcessor: distributed, ItemReader: {}, End: true }), '/States/It'],
    ['batches of items', one({ Type: 'Map', ItemProcessor: distributed, ItemBatcher: {}, End: true }), '/States/It'],
    ['results to S3', one({ Type: 'Map', ItemProcessor: distributed, ResultWriter: {}, End: true }), '/States/It'],
    [
      'an unknown integration',
      one({ Type: 'Task', Resource: 'arn:aws:states:::sns:publish', End: true }),
      '/States/It',
    ],
    [
      'a .sync integration',
      one({ Type: 'Task', Resource: 'arn:aws:states:::states:startExecution.sync:2', End: true }),
      '/States/It',
    ],
    [
      'an activity',
      one({ Type: 'Task', Resource: 'arn:aws:states:us-east-1:000000000000:activity:a', End: true }),
      '/States/It',
    ],
    ['credentials', one(task('f', { Credentials: { RoleArn: 'r' }, End: true })), '/States/It'],
    [
      'it deep inside',
      one({ Type: 'Parallel', Branches: [inner, { ...inner, QueryLanguage: 'JSONata' }], End: true }),
      '/States/It/Branches/1',
    ],
  ])('is refused with the name and location of what is unsupported: %s', (_, definition, location) => {
    const { definition: accepted, problems } = read(definition)
    expect(accepted).toBeUndefined()
    expect(problems[0]).toMatchObject({ kind: 'unsupported', location })
  })
})

describe('an invalid definition', () => {
  it.each<[string, unknown, RegExp]>([
    ['no JSON object', [], /expected object/],
    ['no start', { States: { A: { Type: 'Succeed' } } }, /required/],
    ['a start that is no state', { StartAt: 'B', States: { A: { Type: 'Succeed' } } }, /leads to B/],
    ['a way to nowhere', one({ Type: 'Pass', Next: 'Gone' }), /leads to Gone/],
    ['a state that nothing leads to', one({ Type: 'Pass', End: true }, done), /Done cannot be reached/],
    ['no end', one({ Type: 'Pass', Next: 'It' }), /no state ends/],
    ['neither Next nor End', one({ Type: 'Pass' }), /Next and/],
    ['both Next and End', one({ Type: 'Pass', Next: 'Done', End: true }, done), /Next and/],
    ['an unknown type', one({ Type: 'Loop', End: true }), /Expected 'Pass'/],
    ['an unknown field', one({ Type: 'Pass', Retry: [], End: true }), /Unrecognized key/],
    ['a bad path', one({ Type: 'Pass', InputPath: '$.a[', End: true }), /bracket/],
    ['a bad expression', one({ Type: 'Pass', Parameters: { 'a.$': 'States.Nope()' }, End: true }), /unknown function/],
    [
      'a template field without an expression',
      one({ Type: 'Pass', Parameters: { 'a.$': 1 }, End: true }),
      /path or a call/,
    ],
    ['a ResultPath with a wildcard', one({ Type: 'Pass', ResultPath: '$.a[*]', End: true }), /reference path/],
    ['two names alike', one({ Type: 'Parallel', Branches: [inner, inner], End: true }), /In is used twice/],
    [
      'States.ALL among others',
      one(task('f', { Retry: [{ ErrorEquals: ['States.ALL', 'A'] }], End: true })),
      /States.ALL/,
    ],
    [
      'States.ALL before others',
      one(task('f', { Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }], End: true })),
      /States.ALL/,
    ],
    [
      'a heartbeat beyond the timeout',
      one(task('f', { TimeoutSeconds: 5, HeartbeatSeconds: 5, End: true })),
      /HeartbeatSeconds/,
    ],
    [
      'a cap below the interval',
      one(task('f', { Retry: [{ ErrorEquals: ['A'], IntervalSeconds: 9, MaxDelaySeconds: 3 }], End: true })),
      /MaxDelaySeconds/,
    ],
    ['two ways to wait', one({ Type: 'Wait', Seconds: 1, SecondsPath: '$.s', End: true }), /exactly one/],
    ['a time that is none', one({ Type: 'Wait', Timestamp: '2026-02-30T00:00:00Z', End: true }), /RFC 3339/],
    [
      'a comparison that is none',
      one({ Type: 'Choice', Choices: [{ Variable: '$.a', Equals: 1, Next: 'Done' }] }, done),
      /unknown comparison/,
    ],
    [
      'a comparison with the wrong kind',
      one({ Type: 'Choice', Choices: [{ Variable: '$.a', NumericEquals: '1', Next: 'Done' }] }, done),
      /number/,
    ],
  ])('(%s) is refused with the reason', (_, definition, reason) => {
    const { problems } = read(definition)
    expect(problems.map(({ message }) => message).join('\n')).toMatch(reason)
    expect(problems.every(({ kind }) => kind === 'invalid')).toBe(true)
  })

  it('is refused when it is not JSON', () => {
    expect(readDefinition('{', supports).problems[0]?.message).toMatch(/not JSON/)
  })
})

it('a function can be called by its qualified name', () => {
  expect(read(one({ Type: 'Task', Resource: `${functionArn('f')}:12`, End: true })).problems).toEqual([])
})
