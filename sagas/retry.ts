/** How Step Functions retries a step. With full jitter, so that what failed together is not retried together. */
export interface RetryPolicy {
  /** The delay before the first retry. Each further delay is `backoffRate` times the one before. */
  intervalSeconds: number
  backoffRate: number
  delaySecondsMax: number
  /** Retries after the first attempt. */
  retriesMax: number
}

/** Suits failures that pass within seconds: conflicts that outlast the retries in process, throttling, a crashed function. */
export const shortRetry: RetryPolicy = { intervalSeconds: 1, backoffRate: 2, delaySecondsMax: 8, retriesMax: 4 }

/** Used for undos, and for steps after the pivot: about a quarter of an hour before the saga is parked. */
export const longRetry: RetryPolicy = { intervalSeconds: 1, backoffRate: 2, delaySecondsMax: 120, retriesMax: 13 }

/** Used for parking a saga: about half a day, longer than an outage of our own table should last. */
export const parkingRetry: RetryPolicy = { intervalSeconds: 1, backoffRate: 2, delaySecondsMax: 300, retriesMax: 300 }
