import { describe, expect, it } from 'vitest'
import { type FunctionName, functionNames, httpFunctions } from '../../app/functions.ts'
import { type MetricName, metrics } from '../../app/metrics.ts'
import { stages } from '../../infra/stages.ts'
import { metricsNamedBy, publishes } from './published-metrics.ts'
import { deployed, type Resource, resourcesIn, resourcesOf, single, synthesize } from './synthesized.ts'

type Line = unknown[]
interface Widget {
  properties: { title?: string; metrics?: Line[] }
}

/** The text of a dashboard with references as `REF`: what CloudWatch will parse as JSON. */
function widgetsOf(body: unknown): Widget[] {
  const parts = typeof body === 'string' ? [body] : (body as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
  const text = parts.map((part) => (typeof part === 'string' ? part : 'REF')).join('')
  return (JSON.parse(text) as { widgets: Widget[] }).widgets
}

const nameOf = ({ Properties }: Resource) => String(Properties.DashboardName).replace('steadfast-prod-', '')
const dashboards = resourcesOf('prod', 'AWS::CloudWatch::Dashboard')
const promises = widgetsOf(single(dashboards.filter((each) => nameOf(each) === 'promises')).Properties.DashboardBody)
const lines = (title: string | RegExp) =>
  promises
    .filter(({ properties }) => properties.title?.match(title))
    .flatMap(({ properties }) => properties.metrics ?? [])
const own = promises
  .flatMap(({ properties }) => properties.metrics ?? [])
  .filter(([namespace]) => namespace === 'Steadfast')

describe('the dashboard of the promises', () => {
  it.each([
    ['Oldest outbox row', 'OutboxOldestRowAge'],
    ['Iterator age', 'IteratorAge'],
    ['Gaps healed', 'EventsCaughtUp'],
    ['Replays served', 'RepliesReplayed'],
    ['Compensations', 'SagasCompensated'],
    ['Parked', 'SagasParked'],
    ['Dead letters', 'ApproximateNumberOfMessagesVisible'],
    ['Lag of subscribers', 'ApproximateAgeOfOldestMessage'],
    ['Query latency', 'SuccessfulRequestLatency'],
    ['Conflicts', 'TransactionConflict'],
    ['Throttled reads and writes', 'WriteThrottleEvents'],
    ['Index lag', 'SagaIndexLag'],
    ['Growth of tables', 'ConsumedWriteCapacityUnits'],
    ['Attachments stored', 'BucketSizeBytes'],
  ])('shows %s by %s', (title, metric) => {
    expect(lines(title).map(([, name]) => name)).toContain(metric)
  })

  it('shows only metrics that their function publishes: any other stays empty for ever', () => {
    expect(own.length).toBeGreaterThan(10)
    for (const [, metric, dimension, publisher] of own) {
      expect(dimension).toBe('service')
      const name = String(publisher).replace('steadfast-prod-', '')
      expect(publishes(name, String(metric)), `${metric} of ${publisher}`).toBe(true)
    }
  })

  it('shows the tables in use, of a restored set too, and no other', () => {
    const restored = synthesize(deployed('dev'), { tableSet: 'r1' })
    const [body] = resourcesIn(restored, 'AWS::CloudWatch::Dashboard').flatMap(({ Properties }) =>
      Properties.DashboardName === 'steadfast-dev-promises' ? [Properties.DashboardBody] : [],
    )
    const tables = widgetsOf(body).flatMap(({ properties }) =>
      (properties.metrics ?? []).flatMap((line) =>
        line.includes('TableName') ? [String(line[line.indexOf('TableName') + 1])] : [],
      ),
    )
    const inUse = resourcesIn(restored, 'AWS::DynamoDB::Table').map(({ Properties }) => String(Properties.TableName))
    expect(inUse).toContain('steadfast-dev-tickets-r1')
    expect(new Set(tables)).toEqual(new Set(inUse))
  })

  it('counts the dead letters of every queue for them, and the lag of every other queue', () => {
    const named = resourcesOf('prod', 'AWS::SQS::Queue').map(({ Properties }) => String(Properties.QueueName))
    const shown = (title: string) => lines(title).map(([, , , queue]) => queue)
    const isForDeadLetters = (queue: string) => /-dlq(\.fifo)?$/.test(queue)
    expect(shown('Dead letters').toSorted()).toEqual(named.filter(isForDeadLetters).toSorted())
    expect(shown('Lag of subscribers').toSorted()).toEqual(named.filter((queue) => !isForDeadLetters(queue)).toSorted())
  })
})

describe('the dashboards', () => {
  it('are one for the promises and one for each stack, where somebody hears alarms', () => {
    const names = dashboards.map((each) => nameOf(each))
    expect(names.toSorted()).toEqual(['api', 'attachments', 'data', 'messaging', 'promises', 'sagas'])
    expect(stages.prod.hasAlarmTopic).toBe(true)
    expect(resourcesOf('local', 'AWS::CloudWatch::Dashboard')).toEqual([])
  })

  it('fit into what CloudWatch accepts: 500 widgets, 500 metrics in each', () => {
    for (const { id, Properties } of dashboards) {
      const widgets = widgetsOf(Properties.DashboardBody)
      expect(widgets.length, id).toBeLessThan(500)
      for (const { properties } of widgets) expect(properties.metrics?.length ?? 0, id).toBeLessThan(500)
    }
  })
})

describe('the catalogue of metrics', () => {
  const isBackground = (name: FunctionName) => !(name in httpFunctions)
  const published = new Set(functionNames(stages.prod).flatMap(metricsNamedBy))

  it('has no metric that nobody publishes', () => {
    expect((Object.keys(metrics) as MetricName[]).filter((metric) => !published.has(metric))).toEqual([])
  })

  it('costs less than 24 USD a month even if every function publishes all that it can (ADR 29)', () => {
    const background = functionNames(stages.prod).filter(isBackground).flatMap(metricsNamedBy)
    const ofTheApi = metricsNamedBy('create-ticket')
    expect((background.length + ofTheApi.length) * 0.3).toBeLessThan(24)
  })
})
