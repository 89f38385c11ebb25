import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Context } from 'aws-lambda'
import { createLogger } from './logger.ts'
import type { Observer } from './observer.ts'
import { plainError } from './plain-error.ts'

/** Kept back from a function's timeout, so that it ends by returning and is not cut off. */
const reserveMs = 2_000

/**
 * The Lambda handler of a function that is not called by HTTP. It passes on an observer that writes JSON log lines and metrics in
 * CloudWatch's embedded metric format, and the deadline (epoch milliseconds) by which the work should return. What `work` throws is
 * thrown on without properties of its own.
 */
export function backgroundHandler<Event, Result>(
  work: (event: Event, observer: Observer, deadlineMs: number) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  const logger = createLogger()
  const metrics = new Metrics({ namespace: 'Steadfast' })
  const observer: Observer = {
    info: (message, facts) => logger.info(message, facts),
    warn: (message, facts) => logger.warn(message, facts),
    error: (message, facts) => logger.error(message, facts),
    count: (metric, value = 1) => metrics.addMetric(metric, MetricUnit.Count, value),
    seconds: (metric, value) => metrics.addMetric(metric, MetricUnit.Seconds, value),
  }
  return async (event, context) => {
    logger.addContext(context)
    try {
      return await work(event, observer, Date.now() + context.getRemainingTimeInMillis() - reserveMs)
    } catch (error) {
      // Lambda logs what a handler throws, with every property.
      throw plainError(error)
    } finally {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
    }
  }
}
