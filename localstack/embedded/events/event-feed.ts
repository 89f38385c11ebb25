import type { LambdaPoolOptions } from '../lambda/lambda-pool.ts'
import type { Mail } from '../mail/mail.ts'
import type { Log } from '../ports.ts'
import type { Execution } from '../step-functions/execution.ts'
import { type EventLine, eventLine } from './event-line.ts'
import type { EventMeaning, MessageEvent, RequestEvent, StackEvent } from './stack-event.ts'

type Around = NonNullable<LambdaPoolOptions['around']>

/** Hears of each event: as a line, and as the part that it happened in reports it. */
export type EventListener = (line: EventLine, event: StackEvent) => void

/** Turns what the parts of a stack report into lines, for whoever listens at the time. */
export interface EventFeed {
  /** Called for each event from now on. Returns what ends that. */
  listen(listener: EventListener): () => void
  /** Puts the event together only if somebody listens. */
  request(event: () => Omit<RequestEvent, 'kind'>): void
  message(event: Omit<MessageEvent, 'kind'>): void
  execution(execution: Execution): void
  mail(mail: Mail): void
  /** Watches every invocation for failure. */
  around(around: Around): Around
}

/** Without listeners, nothing is looked at. The first extension that knows an event says what it means. */
export function createEventFeed(
  extensions: readonly { meaningOf?(event: StackEvent): EventMeaning | undefined }[],
  log: Log,
): EventFeed {
  const listeners = new Set<EventListener>()

  function meaningOf(event: StackEvent): EventMeaning | undefined {
    try {
      for (const extension of extensions) {
        const meaning = extension.meaningOf?.(event)
        if (meaning) return meaning
      }
    } catch {
      // What tells of an event must not fail what made it.
    }
    return undefined
  }

  function emit(event: StackEvent) {
    const line = eventLine(event, meaningOf(event))
    for (const listener of listeners) {
      try {
        listener(line, event)
      } catch (error) {
        log.warn(`an event was not told (${line.kind} ${line.what}): ${error}`)
      }
    }
  }

  return {
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    request(event) {
      if (listeners.size > 0) emit({ kind: 'request', ...event() })
    },
    message(event) {
      if (listeners.size > 0) emit({ kind: 'message', ...event })
    },
    execution({ machineArn, name, status, input, output, error, cause, startMs, stopMs }) {
      if (listeners.size === 0) return
      emit({
        kind: 'execution',
        machineName: machineArn.split(':').at(-1) ?? machineArn,
        executionName: name,
        status,
        input,
        ...(output !== null && { output }),
        ...(error !== null && { error }),
        ...(cause !== null && { cause }),
        ...(stopMs !== null && { ms: stopMs - startMs }),
      })
    },
    mail(mail) {
      if (listeners.size > 0) emit({ kind: 'mail', mail })
    },
    around: (around) => async (invocation, run) => {
      if (listeners.size === 0) return around(invocation, run)
      const beganAtMs = performance.now()
      const result = await around(invocation, run)
      const { functionName, requestId, payload } = invocation
      if (result.status === 'failed') {
        const { errorType, errorMessage } = result
        const ms = performance.now() - beganAtMs
        emit({ kind: 'failure', functionName, requestId, payload, errorType, errorMessage, ms })
      }
      return result
    },
  }
}
