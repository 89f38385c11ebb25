import { type Resource, resourcesOf, shortId, single } from './synthesized.ts'

/** The alarm of production with this id, without CDK's hash. */
export function alarmNamed(id: string): Resource {
  return single(resourcesOf('prod', 'AWS::CloudWatch::Alarm').filter((alarm) => shortId(alarm.id) === id))
}

/**
 * The state of an alarm on one metric, as CloudWatch evaluates it: `periods` are the samples of its latest periods, the last one last, and
 * a period without samples is missing data. Throws `Error` on an alarm that is built in a way that is not known here.
 */
export function alarmState({ id, Properties }: Resource, periods: readonly (readonly number[])[]): 'ALARM' | 'OK' {
  const { Statistic, Threshold, ComparisonOperator, TreatMissingData, EvaluationPeriods } = Properties
  if (ComparisonOperator !== 'GreaterThanOrEqualToThreshold' || TreatMissingData !== 'notBreaching')
    throw new Error(`${id} compares by ${ComparisonOperator} and treats missing data as ${TreatMissingData}`)
  const evaluated = Number(EvaluationPeriods)
  const breaching = periods
    .slice(-evaluated)
    .filter((samples) => samples.length > 0 && statisticOf(String(Statistic), samples) >= Number(Threshold))
  return breaching.length >= Number(Properties.DatapointsToAlarm ?? evaluated) ? 'ALARM' : 'OK'
}

function statisticOf(statistic: string, samples: readonly number[]): number {
  if (statistic === 'Sum') return samples.reduce((sum, value) => sum + value, 0)
  if (statistic === 'Maximum') return Math.max(...samples)
  throw new Error(`the statistic ${statistic} is not known here`)
}
