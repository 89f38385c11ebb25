import { describe, expect, it } from 'vitest'
import { functionNamesOf, httpFunctions } from '../../app/functions.ts'
import { visibilityTimeoutSeconds } from '../../infra/limits.ts'
import { stages } from '../../infra/stages.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { type Resource, resourcesOf, stageNames, templatesOf } from './synthesized.ts'

const nameOf = ({ Properties }: Resource) =>
  String(Properties.QueueName ?? Properties.FunctionName ?? Properties.TableName).replace(/^steadfast-\w+-/, '')

/** Logical ids that a value refers to. */
const idsIn = (value: unknown) =>
  [...JSON.stringify(value ?? '').matchAll(/"(?:Ref|Fn::GetAtt)":\[?"(\w+)"/g)].map(([, id]) => id)

describe.each(stageNames)('queues on %s', (stage) => {
  const queues = resourcesOf(stage, 'AWS::SQS::Queue')
  const watched = resourcesOf(stage, 'AWS::CloudWatch::Alarm').flatMap(({ Properties }) => idsIn(Properties.Dimensions))

  it('have dead letters, unless they are dead letters', () => {
    const isDeadLetters = (queue: Resource) => /-dlq(\.fifo)?$/.test(nameOf(queue))
    expect(queues.filter((queue) => !queue.Properties.RedrivePolicy && !isDeadLetters(queue)).map(nameOf)).toEqual([])
    // Four subscribers, two streams, and verdicts where uploads are scanned.
    expect(queues.filter(isDeadLetters).length).toBe(stages[stage].malwareScan ? 7 : 6)
  })

  it('have an alarm each', () => {
    expect(queues.filter(({ id }) => !watched.includes(id)).map(nameOf)).toEqual([])
  })

  it('leave deduplication to the sender, who knows the event', () => {
    expect(queues.filter(({ Properties }) => Properties.ContentBasedDeduplication)).toEqual([])
  })

  it('hide a message at least six times as long as its function may take', () => {
    const sources = resourcesOf(stage, 'AWS::Lambda::EventSourceMapping').filter(({ Properties }) =>
      idsIn(Properties.EventSourceArn).some((id) => id?.includes('Queue')),
    )
    expect(sources).toHaveLength(4)
    for (const { Properties } of sources) {
      const [fn] = resourcesOf(stage, 'AWS::Lambda::Function').filter(({ id }) =>
        idsIn(Properties.FunctionName).includes(id),
      )
      const [queue] = queues.filter(({ id }) => idsIn(Properties.EventSourceArn).includes(id))
      expect(queue?.Properties.VisibilityTimeout).toBe(visibilityTimeoutSeconds)
      expect(visibilityTimeoutSeconds).toBeGreaterThanOrEqual(6 * Number(fn?.Properties.Timeout))
    }
  })
})

describe.each(stageNames)('alarms on %s', (stage) => {
  const alarms = resourcesOf(stage, 'AWS::CloudWatch::Alarm')

  it('say in a sentence what they mean for the user', () => {
    const noopObserver = alarms.filter(({ Properties }) => !/^[A-Z].{39,}\.$/.test(String(Properties.AlarmDescription)))
    expect(noopObserver.map(({ id }) => id)).toEqual([])
  })

  it('reach someone wherever someone is there to be reached', () => {
    const hasTopic = resourcesOf(stage, 'AWS::SNS::Topic').length > 0
    expect(hasTopic).toBe(stage !== 'local')
    expect(
      alarms.filter(({ Properties }) => Boolean(Properties.AlarmActions) !== hasTopic).map(({ id }) => id),
    ).toEqual([])
  })

  it('watch the iterator age of every stream that is read', () => {
    const streams = resourcesOf(stage, 'AWS::Lambda::EventSourceMapping').filter(
      ({ Properties }) => Properties.StartingPosition,
    )
    const aged = alarms.filter(({ Properties }) => Properties.MetricName === 'IteratorAge')
    expect(streams.length).toBe(2)
    expect(aged.flatMap(({ Properties }) => idsIn(Properties.Dimensions)).sort()).toEqual(
      streams.flatMap(({ Properties }) => idsIn(Properties.FunctionName)).sort(),
    )
  })

  it('go off at the first change of recorded history', () => {
    const [tampered] = alarms.filter(({ id }) => id.startsWith('HistoryTampered'))
    const [watch] = resourcesOf(stage, 'AWS::Lambda::Function').filter((fn) => nameOf(fn) === 'watch-events')
    expect(tampered?.Properties).toMatchObject({
      MetricName: 'Invocations',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: watch?.id } }],
    })
  })
})

describe.each(stageNames)('streams on %s', (stage) => {
  const mappings = resourcesOf(stage, 'AWS::Lambda::EventSourceMapping').filter(
    ({ Properties }) => Properties.StartingPosition,
  )

  it('are read in order, halved at a crash, given up after few retries, and what is given up is kept', () => {
    for (const { Properties } of mappings) {
      expect(Properties).toMatchObject({
        ParallelizationFactor: 1,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        DestinationConfig: { OnFailure: { Destination: expect.anything() } },
      })
      expect(Properties.MaximumRetryAttempts).toBeLessThanOrEqual(5)
    }
  })

  it('wake the relay for new rows only, and the watch for changed and removed ones only', () => {
    const filters = mappings.map(({ stack, Properties }) => [stack, Properties.FilterCriteria])
    expect(filters).toEqual([
      ['data', { Filters: [{ Pattern: '{"eventName":["MODIFY","REMOVE"]}' }] }],
      ['messaging', { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] }],
    ])
  })
})

describe.each(stageNames)('functions on %s', (stage) => {
  const functions = resourcesOf(stage, 'AWS::Lambda::Function')

  it('are exactly those that are listed', () => {
    expect(functions.map(nameOf).sort()).toEqual(functionNamesOf(stages[stage]).sort())
  })

  it('end before the gateway gives up on them, when they answer a request', () => {
    const http = functions.filter((fn) => Object.keys(httpFunctions).includes(nameOf(fn)))
    expect(http.length).toBe(Object.keys(httpFunctions).length)
    for (const { Properties } of http) expect(Properties.Timeout).toBeLessThan(29)
  })

  it('have a log group of their own', () => {
    const groups = functions.flatMap(({ Properties }) => idsIn(Properties.LoggingConfig))
    expect(new Set(groups).size).toBe(functions.length)
  })

  it('run on Node 24', () => {
    expect(new Set(functions.map(({ Properties }) => Properties.Runtime))).toEqual(new Set(['nodejs24.x']))
  })

  it('know the tables that they may use, and no others', () => {
    const tablesOf = (name: string) => {
      const [fn] = functions.filter((each) => nameOf(each) === name)
      const environment = (fn?.Properties.Environment ?? {}) as { Variables?: Record<string, unknown> }
      return Object.keys(environment.Variables ?? {})
        .filter((key) => key.endsWith('_TABLE'))
        .sort()
    }
    expect(tablesOf('create-ticket')).toEqual(['EVENTS_TABLE', 'OUTBOX_TABLE', 'REQUEST_KEYS_TABLE', 'TICKETS_TABLE'])
    expect(tablesOf('get-stats')).toEqual(['VIEWS_TABLE'])
    expect(tablesOf('get-openapi')).toEqual([])
    expect(tablesOf('sweep-outbox')).toEqual(['OUTBOX_TABLE'])
  })
})

describe.each(stageNames)('tables on %s', (stage) => {
  const tables = resourcesOf(stage, 'AWS::DynamoDB::Table')

  it('are exactly those of the key shapes, restorable and encrypted', () => {
    expect(tables.length).toBe(Object.keys(tableShapes).length)
    for (const { Properties } of tables)
      expect(Properties).toMatchObject({
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true },
      })
  })

  it('survive a mistake in production', () => {
    for (const { Properties, DeletionPolicy } of tables) {
      expect(Boolean(Properties.DeletionProtectionEnabled)).toBe(stage === 'prod')
      expect(DeletionPolicy).toBe(stage === 'prod' ? 'Retain' : 'Delete')
    }
  })
})

describe.each(stageNames)('logs on %s', (stage) => {
  it('are kept for a time that someone chose', () => {
    const groups = resourcesOf(stage, 'AWS::Logs::LogGroup')
    expect(
      groups.filter(({ Properties }) => !Number.isInteger(Properties.RetentionInDays)).map(({ id }) => id),
    ).toEqual([])
  })

  it('hold no token, address or query string of a request', () => {
    const stages = resourcesOf(stage, 'AWS::ApiGateway::Stage')
    const settings = JSON.stringify(stages.map(({ Properties }) => Properties.AccessLogSetting))
    expect(settings).toContain('$context.requestId')
    expect(settings).not.toMatch(/sourceIp|userAgent|authorizer|header|\$context\.path/)
  })
})

describe.each(stageNames)('outputs of %s', (stage) => {
  it('have keys that are unique in the whole app, as they end up in one file', () => {
    const keys = Object.values(templatesOf(stage)).flatMap(({ Outputs }) =>
      Object.entries(Outputs as Record<string, { Export?: unknown }>)
        .filter(([, { Export }]) => !Export)
        .map(([key]) => key),
    )
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toEqual(
      expect.arrayContaining([
        'ApiUrl',
        'TicketsTable',
        'StartSagaQueueUrl',
        'StartSagaDlqUrl',
        'NotificationMachineArn',
      ]),
    )
  })
})

describe.each(stageNames)('sagas on %s', (stage) => {
  const machines = resourcesOf(stage, 'AWS::StepFunctions::StateMachine')
  const statesOf = ({ Properties }: Resource): Record<string, unknown>[] => {
    const { 'Fn::Join': join } = Properties.DefinitionString as { 'Fn::Join': [string, unknown[]] }
    const text = join[1].map((part) => (typeof part === 'string' ? part : 'arn')).join('')
    return Object.values(JSON.parse(text).States)
  }

  it('call their function by a version that stays when a newer one is deployed', () => {
    const versions = resourcesOf(stage, 'AWS::Lambda::Version')
    expect(machines.map(({ id }) => id.replace(/[0-9A-F]{8}$/, '')).sort()).toEqual([
      'Attachment',
      'Notification',
      'Webhook',
    ])
    for (const machine of machines) {
      const called = idsIn(machine.Properties.DefinitionString)
      expect(called.length).toBeGreaterThan(0)
      expect(versions.map(({ id }) => id)).toEqual(expect.arrayContaining(called))
    }
    expect(versions.filter(({ DeletionPolicy }) => DeletionPolicy !== 'Retain')).toEqual([])
  })

  it('decide themselves when a task takes too long: their function may take longer', () => {
    for (const machine of machines) {
      const saga = machine.id.replace(/[0-9A-F]{8}$/, '').toLowerCase()
      const [fn] = resourcesOf(stage, 'AWS::Lambda::Function').filter((each) => nameOf(each) === `run-${saga}-step`)
      // A wait for a callback is no run of the function.
      const limits = statesOf(machine)
        .filter(({ Resource }) => !String(Resource).endsWith('.waitForTaskToken'))
        .flatMap(({ TimeoutSeconds }) => (TimeoutSeconds === undefined ? [] : [Number(TimeoutSeconds)]))
      expect(limits.length, saga).toBeGreaterThan(0)
      expect(Math.max(...limits), saga).toBeLessThan(Number(fn?.Properties.Timeout))
    }
  })

  it('write no data of an execution into a log', () => {
    for (const { Properties } of machines)
      expect(Properties.LoggingConfiguration).toMatchObject({ Level: 'ALL', IncludeExecutionData: false })
  })
})
