/** How often and how slowly Step Functions tries a step again. Full jitter, so that what failed together does not return together. */
export interface RetryPolicy {
  /** Before the first retry; each wait is `backoffRate` times the one before. */
  intervalSeconds: number
  backoffRate: number
  delaySecondsMax: number
  /** Tries after the first. */
  retriesMax: number
}

/** For what passes within seconds: a conflict that outlasted the retries in process, throttling, a function that died. */
export const shortRetry: RetryPolicy = { intervalSeconds: 1, backoffRate: 2, delaySecondsMax: 8, retriesMax: 4 }

/** For undoing, and for going on after the pivot: about a quarter of an hour, before a person is asked. */
export const longRetry: RetryPolicy = { intervalSeconds: 1, backoffRate: 2, delaySecondsMax: 120, retriesMax: 13 }

/** For asking a person, when nothing else is left: about half a day, longer than an outage of our own table should last. */
export const parkingRetry: RetryPolicy = { intervalSeconds: 1, backoffRate: 2, delaySecondsMax: 300, retriesMax: 300 }
