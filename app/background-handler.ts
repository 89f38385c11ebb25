import type { Context } from 'aws-lambda'
import type { Observer } from './observer.ts'
import { plainError } from './plain-error.ts'
import { telemetry, withTelemetry } from './telemetry.ts'

/** Kept back from a function's timeout, so that it ends by returning and is not cut off. */
const reserveMs = 2_000

/**
 * The Lambda handler of a function that is not called by HTTP. It passes on an observer, and the deadline (epoch milliseconds) by which
 * the work should return. What `work` throws is thrown on without properties of its own.
 */
export function backgroundHandler<Event, Result>(
  work: (event: Event, observer: Observer, deadlineMs: number) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  const published = telemetry()
  const { logger, count, seconds } = published
  const observer: Observer = {
    info: (message, facts) => logger.info(message, { ...facts }),
    warn: (message, facts) => logger.warn(message, { ...facts }),
    error: (message, facts) => logger.error(message, { ...facts }),
    count,
    seconds,
  }
  return withTelemetry(published, async (event: Event, context) => {
    try {
      return await work(event, observer, Date.now() + context.getRemainingTimeInMillis() - reserveMs)
    } catch (error) {
      // Lambda logs what a handler throws, with every property.
      throw plainError(error)
    }
  })
}
