import { Alarm, type IAlarmAction, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { Duration } from 'aws-cdk-lib/core'
import type { Construct } from 'constructs'
import { arnOf, nameOf, type Site } from './site.ts'

export interface AlarmSettings {
  metric: IMetric
  /** The alarm goes off when the metric reaches this. */
  threshold: number
  /** Periods in a row; 1 unless told. */
  periods?: number
  /** What it means for the user, as a sentence: whoever is woken by it reads this first. */
  meaning: string
}

/** An alarm that is quiet while nothing happens, and tells the stage's topic, where there is one. */
export function alarm(scope: Construct, id: string, site: Site, settings: AlarmSettings): Alarm {
  const built = new Alarm(scope, `${id}Alarm`, {
    metric: settings.metric,
    threshold: settings.threshold,
    evaluationPeriods: settings.periods ?? 1,
    alarmDescription: settings.meaning,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  })
  if (site.stage.hasAlarmTopic) built.addAlarmAction(toTopic(scope, site))
  return built
}

/** A metric that a function publishes itself (app/observer.ts), by the minute. */
export function ownMetric(metricName: string, fn: IFunction, statistic: 'Sum' | 'Maximum'): Metric {
  const dimensionsMap = { service: fn.functionName }
  return new Metric({ namespace: 'Steadfast', metricName, dimensionsMap, statistic, period: Duration.minutes(1) })
}

/** Name of the topic that alarms are sent to: known to all stacks, so none has to import it. */
export function alarmTopicName(site: Site): string {
  return nameOf(site, 'alarms')
}

function toTopic(scope: Construct, site: Site): IAlarmAction {
  return { bind: () => ({ alarmActionArn: arnOf(scope, 'sns', alarmTopicName(site)) }) }
}
