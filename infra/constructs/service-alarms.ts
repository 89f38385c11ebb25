import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import type { TableName } from '../../app/catalogue/access.ts'
import { tableShapes } from '../../tables/key-shapes.ts'
import { alarmMeanings, throttledTableMeaning } from '../alarm-meanings.ts'
import { throttlingAlarmMinutes } from '../limits.ts'
import { alarm } from './alarm.ts'
import type { DeploymentContext, Tables } from './deployment-context.ts'

/** CloudWatch's maximum for one alarm on metric math. */
const metricsMax = 10

const perMinute = { statistic: 'Sum', period: Duration.minutes(1) }

/**
 * Alarms on what AWS itself refuses: it throttles functions, or reads and writes of a table or its indexes, or cannot keep a dead letter. A
 * hot key in an index throttles the writes to its table. They use metric math, which not every emulator accepts, so they are for stages on
 * AWS only (ADR 21).
 */
export function serviceAlarms(scope: Construct, context: DeploymentContext, tables: Tables): void {
  alarm(scope, 'FunctionsThrottled', context, {
    // Of all functions of the account, at the price of one metric.
    metric: LambdaFunction.metricAll('Throttles', perMinute),
    threshold: 1,
    periods: throttlingAlarmMinutes,
    meaning: alarmMeanings.FunctionsThrottled,
  })
  alarm(scope, 'DeadLettersLost', context, {
    metric: LambdaFunction.metricAll('DestinationDeliveryFailures', perMinute),
    threshold: 1,
    meaning: alarmMeanings.DeadLettersLost,
  })
  for (const name of Object.keys(tables) as TableName[])
    for (const requests of ['reads', 'writes'] as const)
      alarm(scope, `${name}${requests === 'reads' ? 'Reads' : 'Writes'}Throttled`, context, {
        metric: throttleEvents(name, tables[name].tableName, requests),
        threshold: 1,
        periods: throttlingAlarmMinutes,
        meaning: throttledTableMeaning(name, requests),
      })
}

function throttleEvents(name: TableName, tableName: string, requests: 'reads' | 'writes'): MathExpression {
  const metricName = requests === 'reads' ? 'ReadThrottleEvents' : 'WriteThrottleEvents'
  const metric = (dimensionsMap: Record<string, string>) =>
    new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap, ...perMinute })
  const metrics = [
    metric({ TableName: tableName }),
    ...tableShapes[name].indexes.map((index) => metric({ TableName: tableName, GlobalSecondaryIndexName: index.name })),
  ]
  if (metrics.length > metricsMax) throw new Error(`${name} has too many indexes for one alarm: split the alarm`)
  return new MathExpression({
    label: `throttled ${requests}`,
    expression: metrics.map((_, index) => `FILL(m${index}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(metrics.map((each, index) => [`m${index}`, each])),
    period: Duration.minutes(1),
  })
}
