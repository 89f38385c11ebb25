import { setTimeout as delay } from 'node:timers/promises'
import type { InvokeFunction, Log } from '../ports.ts'
import { parseFunctionRef } from './function-ref.ts'
import { isThrottle } from './is-throttle.ts'
import { openPendingEvents, type PendingEvent } from './pending-events.ts'

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

export interface AsyncInvocationsOptions {
  /** Where pending events are kept. */
  folder: string
  invoke: InvokeFunction
  log: Log
  now: () => Date
  signal: AbortSignal
  /** The wait before the first retry; the second waits twice as long. On AWS one minute. */
  retryDelayMs: number
}

/** Events that were accepted to be run later. They are on disk until they end. */
export interface AsyncInvocations {
  accept(functionRef: string, payload: unknown, options: AsyncInvokeOptions): void
  /** Runs what the last stop or kill cut off. A function that was at it runs again. */
  resume(optionsOf: (functionRef: string) => AsyncInvokeOptions): void
  /** Whether an event that is to be resumed asks for this version. */
  needs(name: string, version: string): boolean
  /** Once the signal has aborted. What has not ended goes on at the next start. */
  close(): void
}

export function openAsyncInvocations(tools: AsyncInvocationsOptions): AsyncInvocations {
  const { log, now, signal } = tools
  const pending = openPendingEvents(tools.folder)
  const cutOff = pending.all()

  async function run(event: PendingEvent, options: AsyncInvokeOptions): Promise<void> {
    try {
      const saveAttempts = (attempts: number) => pending.saveAttempts(event.id, attempts)
      await runAsync(event, options, { ...tools, saveAttempts })
    } catch (error) {
      if (signal.aborted) return
      log.warn(`${event.functionRef}: dropped an asynchronous event: ${(error as Error).message}`)
    }
    pending.remove(event.id)
  }

  return {
    accept(functionRef, payload, options) {
      const event = { functionRef, payload, attempts: options.attempts ?? 0, acceptedAtMs: now().getTime() }
      void run(pending.add(event), options)
    },
    resume(optionsOf) {
      for (const event of cutOff.splice(0)) void run(event, optionsOf(event.functionRef))
    },
    needs: (name, version) =>
      cutOff
        .map(({ functionRef }) => parseFunctionRef(functionRef))
        .some((asked) => asked.name === name && asked.qualifier === version),
    close: pending.close,
  }
}

const eventAgeSecondsMax = 6 * 60 * 60

/**
 * Runs an event until its function has accepted it, has failed as often as it may, or the event is too old. A throttle uses no attempt:
 * the event is tried again after a second, then less and less often, up to every 5 minutes, as on AWS. Rejects for what Lambda refuses
 * otherwise, and when the signal aborts.
 */
async function runAsync(
  { functionRef, payload, acceptedAtMs, ...event }: PendingEvent,
  { maximumRetryAttempts = 2, maximumEventAgeSeconds = eventAgeSecondsMax, onFailure }: AsyncInvokeOptions,
  tools: AsyncInvocationsOptions & { saveAttempts: (attempts: number) => void },
): Promise<void> {
  const { invoke, log, now, signal, retryDelayMs } = tools
  let { attempts } = event
  let throttles = 0
  let waitMs = attempts * retryDelayMs
  const giveUp = async (condition: GivenUp['condition']) => {
    const why = condition === 'EventAgeExceeded' ? 'too old, ' : ''
    log.warn(`${functionRef}: gave up on an asynchronous event (${why}attempts: ${attempts})`)
    await onFailure?.(payload, { condition, attempts })
  }

  while (attempts <= maximumRetryAttempts) {
    await delay(waitMs, undefined, { signal })
    if (now().getTime() - acceptedAtMs > maximumEventAgeSeconds * 1000) return giveUp('EventAgeExceeded')
    const result = await invoke(functionRef, payload).catch((error: unknown) => {
      if (!isThrottle(error)) throw error
    })
    if (result?.status === 'succeeded') return
    if (result) {
      throttles = 0
      waitMs = ++attempts * retryDelayMs
      tools.saveAttempts(attempts)
    } else waitMs = Math.min(5, 2 ** throttles++ / 60) * retryDelayMs
  }
  return giveUp('RetriesExhausted')
}
