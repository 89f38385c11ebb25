import { GraphWidget, type IMetric, type IWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Duration } from 'aws-cdk-lib/core'
import type { FunctionName } from '../../app/functions.ts'
import { apiPublisher, type MetricName, metricNamespace, metrics, publisherDimension } from '../../app/metrics.ts'
import type { DeploymentContext } from './deployment-context.ts'
import { physicalName } from './names.ts'

type Statistic = 'Sum' | 'Maximum' | 'Average' | 'p50' | 'p99'

/** AWS's own metric, per minute. Names instead of references: a dashboard needs no export of another stack. */
export function awsMetric(
  namespace: `AWS/${string}`,
  metricName: string,
  dimensionsMap: Record<string, string>,
  { statistic, label, minutes = 1 }: { statistic: Statistic; label?: string; minutes?: number },
): Metric {
  const period = Duration.minutes(minutes)
  return new Metric({ namespace, metricName, dimensionsMap, statistic, period, ...(label && { label }) })
}

/** A metric of our own, by the function that publishes it; `api` stands for all functions of the API. */
export function ownMetric(
  context: DeploymentContext,
  metricName: MetricName,
  publisher: FunctionName | typeof apiPublisher,
): Metric {
  const dimensionsMap = { [publisherDimension]: physicalName(context, publisher) }
  const statistic = metrics[metricName].unit === 'Seconds' ? 'Maximum' : 'Sum'
  const label = publisher === apiPublisher ? metricName : `${metricName} of ${publisher}`
  return new Metric({
    namespace: metricNamespace,
    metricName,
    dimensionsMap,
    statistic,
    label,
    period: Duration.minutes(1),
  })
}

/** A graph over half of the width, from zero. */
export function graph(title: string, left: IMetric[], unit: string): IWidget {
  return new GraphWidget({ title, left, width: 12, height: 6, leftYAxis: { min: 0, label: unit, showUnits: false } })
}
