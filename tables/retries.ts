import type { Runtime } from '../domain/runtime.ts'

/**
 * Retries of a write after a conflict or throttling: exponential backoff with full jitter (AWS Architecture Blog, "Exponential Backoff And
 * Jitter"). The timeout leaves a function time to answer before the API gateway's own timeout of 29 s.
 */
export const retryLimits = { firstDelayMsMax: 20, delayMsMax: 800, timeoutMs: 8_000 }

/** The retries of one request, until `deadlineMs` (epoch milliseconds). */
export class Retries {
  readonly #runtime: Runtime
  readonly #deadlineMs: number
  #count = 0

  constructor(runtime: Runtime, deadlineMs = runtime.now() + retryLimits.timeoutMs) {
    this.#runtime = runtime
    this.#deadlineMs = deadlineMs
  }

  /** Waits before the next attempt. Returns false, without waiting, when the wait would pass the deadline. */
  async next(): Promise<boolean> {
    const delayMsMax = Math.min(retryLimits.delayMsMax, retryLimits.firstDelayMsMax * 2 ** this.#count++)
    const delayMs = Math.floor(this.#runtime.random() * delayMsMax)
    if (this.#runtime.now() + delayMs > this.#deadlineMs) return false
    await this.#runtime.sleep(delayMs)
    return true
  }
}
