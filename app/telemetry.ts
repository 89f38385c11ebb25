import type { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import middy, { type MiddlewareObj } from '@middy/core'
import type { Context } from 'aws-lambda'
import { createLogger } from './logger.ts'
import { type CountName, metricNamespace, type SecondsName } from './metrics.ts'

/** What a function publishes: log lines and metrics, both as text on stdout that CloudWatch picks up, so that neither costs a call. */
export interface Telemetry {
  logger: Logger
  count(metric: CountName, value?: number): void
  /** Records a duration or an age. */
  seconds(metric: SecondsName, value: number): void
  /** Adds the function to each log line, drops the keys of the invocation before, and publishes the metrics when the invocation ends. */
  middleware: MiddlewareObj<unknown, unknown, Error, Context>
}

/** `METRICS_SERVICE` names the publisher of the metrics where it is not the function itself (`POWERTOOLS_SERVICE_NAME`). */
export function telemetry(env: NodeJS.ProcessEnv = process.env): Telemetry {
  const logger = createLogger()
  const { METRICS_SERVICE: serviceName } = env
  const metrics = new Metrics({ namespace: metricNamespace, ...(serviceName && { serviceName }) })
  const publish = () => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
  }
  return {
    logger,
    count: (metric, value = 1) => metrics.addMetric(metric, MetricUnit.Count, value),
    seconds: (metric, value) => metrics.addMetric(metric, MetricUnit.Seconds, value),
    middleware: {
      before: ({ context }) => {
        logger.resetKeys()
        logger.addContext(context)
      },
      after: publish,
      onError: publish,
    },
  }
}

/** The handler with the middleware of its telemetry: the only way in which a function is wrapped. */
export function withTelemetry<Event, Result>(
  { middleware }: Pick<Telemetry, 'middleware'>,
  handle: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  return middy<Event, Result>()
    .use(middleware as MiddlewareObj<Event, Result>)
    .handler(handle) as (event: Event, context: Context) => Promise<Result>
}
