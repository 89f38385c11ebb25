import { setTimeout as delay } from 'node:timers/promises'
import type { InvokeFunction, Log } from '../ports.ts'
import { isThrottle } from './is-throttle.ts'

/** What an `AWS::Lambda::EventInvokeConfig` says. */
export interface AsyncInvokeOptions {
  /** 0 to 2; 2 by default. */
  maximumRetryAttempts?: number
  /** How old the event may become before it runs; 6 hours by default. */
  maximumEventAgeSeconds?: number
  /** How often the event has failed before; 0 by default. */
  attempts?: number
  /** Gets the event that failed for the last time, or became too old. */
  onFailure?: (payload: unknown, given: GivenUp) => Promise<void>
}

/** Why an event was given up, in Lambda's words, and how often its function failed. */
export interface GivenUp {
  condition: 'RetriesExhausted' | 'EventAgeExceeded'
  attempts: number
}

export interface AsyncInvocationTools {
  invoke: InvokeFunction
  log: Log
  now: () => Date
  signal: AbortSignal
  /** The wait before the first retry; the second waits twice as long. On AWS one minute. */
  retryDelayMs: number
}

const eventAgeSecondsMax = 6 * 60 * 60

/**
 * Runs an event until its function has accepted it, has failed as often as it may, or the event is too old. A throttle uses no attempt:
 * the event is tried again after a second, then less and less often, up to every 5 minutes, as on AWS. Rejects for what Lambda refuses
 * otherwise, and when the signal aborts.
 */
export async function runAsync(
  functionRef: string,
  payload: unknown,
  options: AsyncInvokeOptions,
  { invoke, log, now, signal, retryDelayMs }: AsyncInvocationTools,
): Promise<void> {
  const { maximumRetryAttempts = 2, maximumEventAgeSeconds = eventAgeSecondsMax } = options
  const expiresAtMs = now().getTime() + maximumEventAgeSeconds * 1000
  let { attempts = 0 } = options
  let throttles = 0
  let waitMs = attempts * retryDelayMs
  const giveUp = async (condition: GivenUp['condition']) => {
    const why = condition === 'EventAgeExceeded' ? 'too old, ' : ''
    log.warn(`${functionRef}: gave up on an asynchronous event (${why}attempts: ${attempts})`)
    await options.onFailure?.(payload, { condition, attempts })
  }

  while (attempts <= maximumRetryAttempts) {
    await delay(waitMs, undefined, { signal })
    if (now().getTime() > expiresAtMs) return giveUp('EventAgeExceeded')
    const result = await invoke(functionRef, payload).catch((error: unknown) => {
      if (!isThrottle(error)) throw error
    })
    if (result?.status === 'succeeded') return
    if (result) {
      throttles = 0
      waitMs = ++attempts * retryDelayMs
    } else waitMs = Math.min(5, 2 ** throttles++ / 60) * retryDelayMs
  }
  return giveUp('RetriesExhausted')
}
