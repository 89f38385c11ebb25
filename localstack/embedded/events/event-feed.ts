import type { LambdaPoolOptions } from '../lambda/lambda-pool.ts'
import type { Mail } from '../mail/mail.ts'
import type { Execution } from '../step-functions/execution.ts'
import { type EventLine, eventLine } from './event-line.ts'
import type { EventMeaning, MessageEvent, RequestEvent, StackEvent } from './stack-event.ts'

type Around = NonNullable<LambdaPoolOptions['around']>

/** Turns what the parts of a stack report into lines. */
export interface EventFeed {
  request(event: Omit<RequestEvent, 'kind'>): void
  message(event: Omit<MessageEvent, 'kind'>): void
  execution(execution: Execution): void
  mail(mail: Mail): void
  /** Watches every invocation for failure. */
  around(around: Around): Around
}

/** Undefined where nobody listens, so that nothing is looked at for nothing. The first extension that knows an event says what it means. */
export function createEventFeed(
  onEvent: ((line: EventLine) => void) | undefined,
  extensions: readonly { meaningOf?(event: StackEvent): EventMeaning | undefined }[],
): EventFeed | undefined {
  if (!onEvent) return undefined

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
  const emit = (event: StackEvent) => onEvent(eventLine(event, meaningOf(event)))

  return {
    request: (event) => emit({ kind: 'request', ...event }),
    message: (event) => emit({ kind: 'message', ...event }),
    execution({ machineArn, name, status, input, output, error, cause, startMs, stopMs }) {
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
    mail: (mail) => emit({ kind: 'mail', mail }),
    around: (around) => async (invocation, run) => {
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
