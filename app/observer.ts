import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import type { Context } from 'aws-lambda'

/**
 * What a function in the background tells of its work: log lines with facts, and metrics. Facts are ids and numbers,
 * never words of people.
 */
export interface Observer {
  info(message: string, facts: Record<string, unknown>): void
  warn(message: string, facts: Record<string, unknown>): void
  error(message: string, facts: Record<string, unknown>): void
  count(metric: string, value?: number): void
  /** A duration or age. */
  seconds(metric: string, value: number): void
}

/** Tells no one. */
export const noopObserver: Observer = {
  info() {},
  warn() {},
  error() {},
  count() {},
  seconds() {},
}

/**
 * A Lambda handler whose work is withObserver by Powertools: JSON log lines, and metrics in CloudWatch's embedded metric
 * format.
 */
export function withObserver<Event, Result>(
  work: (event: Event, observer: Observer, deadlineMs: number) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  const logger = new Logger()
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
    } finally {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics()
    }
  }
}

/** Kept back from a function's time, so that it ends by itself and not by being cut off. */
const reserveMs = 2_000
