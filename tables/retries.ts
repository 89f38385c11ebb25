import type { Runtime } from '../domain/runtime.ts'

/**
 * How often and how long a write is tried again when DynamoDB says "not now" (conflict, throttling). Full jitter: AWS Architecture
 * Blog, "Exponential Backoff And Jitter". The deadline leaves a function time to answer before the gateway gives up at 29 s.
 */
export const retryLimits = { firstDelayMsMax: 20, delayMsMax: 800, timeoutMs: 8_000 }

/** Counts the retries of one request; `again` waits and says whether there is time for another before `deadlineMs`. */
export class Retries {
  readonly #runtime: Runtime
  readonly #deadlineMs: number
  #count = 0

  constructor(runtime: Runtime, deadlineMs = runtime.now() + retryLimits.timeoutMs) {
    this.#runtime = runtime
    this.#deadlineMs = deadlineMs
  }

  async next(): Promise<boolean> {
    const delayMsMax = Math.min(retryLimits.delayMsMax, retryLimits.firstDelayMsMax * 2 ** this.#count++)
    const delayMs = Math.floor(this.#runtime.random() * delayMsMax)
    if (this.#runtime.now() + delayMs > this.#deadlineMs) return false
    await this.#runtime.sleep(delayMs)
    return true
  }
}
