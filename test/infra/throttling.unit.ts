import { describe, expect, it } from 'vitest'
import { tableShapes } from '../../tables/key-shapes.ts'
import { type Resource, readable, resourcesOf, shortId, single, stageNames } from './synthesized.ts'

interface Query {
  Expression?: string
  Id: string
  MetricStat?: {
    Metric: { Namespace: string; MetricName: string; Dimensions: { Name: string; Value: unknown }[] }
    Period: number
    Stat: string
  }
}

const queriesOf = ({ Properties }: Resource) => (Properties.Metrics ?? []) as Query[]

const onAws = stageNames.filter((stage) => stage !== 'local')

describe.each(onAws)('throttling on %s', (stage) => {
  const alarms = resourcesOf(stage, 'AWS::CloudWatch::Alarm').filter(({ Properties }) => Properties.Metrics)

  it('is alarmed for reads and for writes of every table: what is throttled for minutes is late for users', () => {
    const expected = Object.keys(tableShapes).flatMap((table) =>
      ['Reads', 'Writes'].map((requests) => `${table}${requests}ThrottledAlarm`),
    )
    expect(alarms.map(({ id }) => shortId(id)).sort()).toEqual(expected.sort())
    for (const { id, Properties } of alarms)
      expect(Properties, id).toMatchObject({ Threshold: 1, EvaluationPeriods: 3 })
  })

  it.each(Object.entries(tableShapes))(
    'of %s includes its indexes: a hot key in an index throttles the writes to its table',
    (table, { indexes }) => {
      for (const [requests, metric] of [
        ['Reads', 'ReadThrottleEvents'],
        ['Writes', 'WriteThrottleEvents'],
      ]) {
        const alarm = single(alarms.filter(({ id }) => shortId(id) === `${table}${requests}ThrottledAlarm`))
        const stats = queriesOf(alarm).flatMap(({ MetricStat }) => MetricStat ?? [])
        const watched = stats.map(({ Metric, Period, Stat }) => {
          const dimensions = Metric.Dimensions.map(({ Name, Value }) => [Name, readable(Value)])
          return { ...Object.fromEntries(dimensions), from: `${Metric.Namespace} ${Metric.MetricName}`, Period, Stat }
        })
        const common = { TableName: table, from: `AWS/DynamoDB ${metric}`, Period: 60, Stat: 'Sum' }
        const ofIndexes = indexes.map(({ name }) => ({ ...common, GlobalSecondaryIndexName: name }))
        expect(watched).toEqual([common, ...ofIndexes])
      }
    },
  )

  it('is summed over table and indexes; one that was never throttled has no data and counts as none', () => {
    for (const alarm of alarms) {
      const sum = single(queriesOf(alarm).filter(({ Expression }) => Expression)).Expression
      const stats = queriesOf(alarm).filter(({ MetricStat }) => MetricStat)
      expect(sum, alarm.id).toBe(stats.map(({ Id }) => `FILL(${Id}, 0)`).join(' + '))
      // CloudWatch takes at most ten metrics in an alarm.
      expect(stats.length, alarm.id).toBeLessThanOrEqual(10)
    }
  })

  it('of requests is counted in the access log: 429s of the gateway and of the functions alike', () => {
    const filter = single(resourcesOf(stage, 'AWS::Logs::MetricFilter'))
    expect(readable(filter.Properties.LogGroupName)).toBe('AccessLog')
    expect(filter.Properties.FilterPattern).toBe('{ $.status = "429" }')
    expect(filter.Properties.MetricTransformations).toEqual([
      { MetricNamespace: `Steadfast/${stage}`, MetricName: 'RequestsThrottled', MetricValue: '1' },
    ])
    const stages = resourcesOf(stage, 'AWS::ApiGateway::Stage')
    const { Format } = single(stages).Properties.AccessLogSetting as { Format: string }
    // The status is text in the log, so the filter compares it as text.
    expect(JSON.parse(Format)).toMatchObject({ status: '$context.status' })
  })
})
