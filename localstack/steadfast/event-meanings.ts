import type { EventMeaning, Extension, StackEvent } from 'embedded-aws/extension'
import { shortName } from './short-name.ts'

/**
 * Says what the stack's events are here: which request led to them (its correlation id), that an answer was a replay, and that an
 * execution compensated its saga.
 */
export function eventMeanings(): Extension {
  /** Correlation ids of the sagas that have an execution, whose tasks name the saga only. */
  const running = new Map<string, string>()

  function ofExecution({ machineName, status, input, output }: StackEvent & { kind: 'execution' }): EventMeaning {
    const { sagaId = '', correlationId } = read(input) as { sagaId?: string; correlationId?: string }
    if (status !== 'RUNNING') running.delete(sagaId)
    else if (correlationId !== undefined) running.set(sagaId, correlationId)
    return { correlationId, what: `saga ${shortName(machineName)}`, ...(status === 'SUCCEEDED' && endOf(output)) }
  }

  /** The correlation id in the payload of an invocation, whatever called it. */
  function correlationOf(payload: unknown): string | undefined {
    const { sagaId, requestContext, headers, Records } = (payload ?? {}) as Payload
    if (typeof sagaId === 'string') return running.get(sagaId)
    const sent = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'x-correlation-id')?.[1]
    if (requestContext) return sent ?? requestContext.requestId
    return Records?.map(({ body }) => read(body).correlationId).find((id) => typeof id === 'string')
  }

  return {
    meaningOf(event) {
      switch (event.kind) {
        case 'request': {
          const isReplay = event.responseHeaders['idempotent-replayed'] === 'true'
          return isReplay ? { outcome: `${event.status} replayed`, tone: 'repeat' } : undefined
        }
        case 'message': {
          const { type, correlationId } = read(event.body)
          const what = typeof type === 'string' ? type : shortName(event.queueName)
          return { correlationId: text(correlationId), what: `${what} → ${shortName(event.functionName)}` }
        }
        case 'execution':
          return ofExecution(event)
        case 'failure':
          return { correlationId: correlationOf(event.payload), what: shortName(event.functionName) }
        case 'mail':
          return undefined
        default:
          return event satisfies never
      }
    },
  }
}

interface Payload {
  sagaId?: unknown
  requestContext?: { requestId?: string }
  headers?: Record<string, string> | null
  Records?: { body?: string }[]
}

/** How a saga's execution ended: the state machine ends well in each of these ways. */
function endOf(output: string | undefined): Pick<EventMeaning, 'outcome' | 'tone'> {
  const { pivot, error } = read(output) as { pivot?: { direction?: string }; error?: { Error?: string } }
  if (error?.Error === 'ExecutionSuperseded') return { outcome: 'superseded' }
  return pivot?.direction === 'compensate' ? { outcome: 'compensated', tone: 'undone' } : { outcome: 'completed' }
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** JSON of an object; empty for anything else. */
function read(json: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json ?? '')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
