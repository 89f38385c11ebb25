import { parseFunctionRef } from '../lambda/function-ref.ts'
import type { EventMeaning, ExecutionEvent, StackEvent, Tone } from './stack-event.ts'

/** One event for people and for scripts. It holds no token, no body and no other header than the correlation id. */
export interface EventLine {
  /** ISO 8601, UTC: when it ended. */
  at: string
  kind: StackEvent['kind']
  /** The request or the receiver: `POST /tickets`, `orders → ship`. */
  what: string
  outcome: string
  /** Absent where nothing is out of the ordinary. */
  tone?: Tone
  /** How long it took. */
  ms?: number
  correlationId?: string
  /** Why it failed. */
  detail?: string
}

/** Tells an event; what the app knows of it comes first. */
export function eventLine(event: StackEvent, meaning: EventMeaning = {}, now = new Date()): EventLine {
  const plain = inGeneral(event)
  const { what = plain.what, outcome = plain.outcome, tone = plain.tone } = meaning
  const correlationId = meaning.correlationId ?? plain.correlationId
  const ms = 'ms' in event ? event.ms : undefined
  return {
    at: now.toISOString(),
    kind: event.kind,
    what,
    outcome,
    ...(tone !== undefined && { tone }),
    ...(ms !== undefined && { ms: Math.round(ms * 10) / 10 }),
    ...(correlationId !== undefined && { correlationId }),
    ...(plain.detail !== undefined && { detail: plain.detail }),
  }
}

interface Plain extends Pick<EventLine, 'what' | 'outcome'> {
  tone?: Tone | undefined
  correlationId?: string | undefined
  detail?: string | undefined
}

/** The header by which services of all kinds pass a correlation id on. */
const correlationHeader = 'x-correlation-id'

function inGeneral(event: StackEvent): Plain {
  switch (event.kind) {
    case 'request': {
      const { method, path, status, requestHeaders, responseHeaders } = event
      return {
        what: `${method} ${path}`,
        outcome: String(status),
        tone: status >= 500 ? 'problem' : undefined,
        correlationId: responseHeaders[correlationHeader] ?? requestHeaders[correlationHeader],
      }
    }
    case 'message': {
      const { queueName, functionName, outcome } = event
      return {
        what: `${queueName} → ${functionName}`,
        outcome,
        tone: outcome === 'returned' ? 'problem' : undefined,
      }
    }
    case 'execution': {
      const { machineName, status, error, cause } = event
      return {
        what: machineName,
        outcome: endings[status],
        tone: status === 'RUNNING' || status === 'SUCCEEDED' ? undefined : 'problem',
        detail: error === undefined ? cause : `${error}${cause === undefined ? '' : `: ${cause}`}`,
      }
    }
    case 'failure':
      return {
        what: parseFunctionRef(event.functionName).name,
        outcome: event.errorType,
        tone: 'problem',
        detail: event.errorMessage,
      }
    case 'mail': {
      const { to, cc, bcc, subject, headers } = event.mail
      return {
        what: `${[...to, ...cc, ...bcc].join(', ')}: ${subject}`,
        outcome: 'sent',
        correlationId: headers[correlationHeader],
      }
    }
    default:
      return event satisfies never
  }
}

const endings: Record<ExecutionEvent['status'], string> = {
  RUNNING: 'began',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'timed out',
  ABORTED: 'aborted',
}
