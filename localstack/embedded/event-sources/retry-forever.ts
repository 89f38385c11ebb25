import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../ports.ts'

/** Runs a step until it succeeds. Rejects only when the signal aborts. */
export type RetryForever = <T>(what: string, step: () => Promise<T>) => Promise<T>

/** For pollers: services come and go while the stack starts and stops. Logs the first failure of each step. */
export function createRetryForever(options: {
  /** Named in the log. */
  functionRef: string
  log: Log
  retryDelayMs: (failures: number) => number
  signal: AbortSignal
}): RetryForever {
  const { functionRef, log, retryDelayMs, signal } = options
  return async (what, step) => {
    for (let failures = 1; ; failures++) {
      try {
        return await step()
      } catch (error) {
        signal.throwIfAborted()
        if (failures === 1) log.warn(`${functionRef}: ${what} failed (${error}); retrying`)
        await delay(retryDelayMs(failures), undefined, { signal })
      }
    }
  }
}
