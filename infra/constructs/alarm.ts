import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IAlarmAction,
  type IMetric,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { type MetricName, metricNamespace, publisherDimension } from '../../app/metrics.ts'
import { runbookOf, runbookPath } from '../runbooks.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { arnOf, physicalName } from './names.ts'

export interface AlarmSettings {
  metric: IMetric
  /** The alarm goes off when the metric reaches this value. */
  threshold: number
  /** How many periods in a row; 1 by default. */
  periods?: number
  /** The number of these periods in which it must be breached; all of them by default. */
  breachingPeriods?: number
  /** The text in `alarm-meanings.ts`: the person whom the alarm wakes reads this first. */
  meaning: string
}

/** An alarm that stays quiet while there is no data, and notifies the alarm topic on stages that have one. */
export function alarm(scope: Construct, id: string, context: DeploymentContext, settings: AlarmSettings): void {
  notify(scope, context, {
    id,
    metric: settings.metric,
    threshold: settings.threshold,
    evaluationPeriods: settings.periods ?? 1,
    ...(settings.breachingPeriods !== undefined && { datapointsToAlarm: settings.breachingPeriods }),
    alarmDescription: settings.meaning,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  })
}

/** An alarm that goes off when a function has not run for three of its intervals, whatever prevents it: then there is no data at all. */
export function silenceAlarm(
  scope: Construct,
  id: string,
  context: DeploymentContext,
  { fn, minutes, meaning }: { fn: IFunction; minutes: number; meaning: string },
): void {
  notify(scope, context, {
    id,
    metric: fn.metricInvocations({ statistic: 'Sum', period: Duration.minutes(minutes) }),
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: 3,
    alarmDescription: meaning,
    treatMissingData: TreatMissingData.BREACHING,
  })
}

function notify(scope: Construct, context: DeploymentContext, { id, ...props }: { id: string } & AlarmProps): void {
  const alarmDescription = `${props.alarmDescription} Runbook: ${runbookPath(runbookOf(id))}.`
  const built = new Alarm(scope, `${id}Alarm`, { ...props, alarmDescription })
  if (context.stage.hasAlarmTopic) built.addAlarmAction(notifyTopic(scope, context))
}

/** A metric that a function publishes itself through its observer (app/observer.ts), per minute. */
export function customMetric(metricName: MetricName, fn: IFunction, statistic: 'Sum' | 'Maximum'): Metric {
  const dimensionsMap = { [publisherDimension]: fn.functionName }
  return new Metric({ namespace: metricNamespace, metricName, dimensionsMap, statistic, period: Duration.minutes(1) })
}

/** How often a function failed per period. */
export function errorsPer(period: Duration, fn: IFunction): IMetric {
  return fn.metricErrors({ statistic: 'Sum', period })
}

/** The name of the alarm topic. Stacks refer to the topic by name, so that none of them has to import it. */
export function alarmTopicName(context: DeploymentContext): string {
  return physicalName(context, 'alarms')
}

function notifyTopic(scope: Construct, context: DeploymentContext): IAlarmAction {
  return { bind: () => ({ alarmActionArn: arnOf(scope, 'sns', alarmTopicName(context)) }) }
}
