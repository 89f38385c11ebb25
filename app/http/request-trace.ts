import type { APIGatewayProxyEvent } from 'aws-lambda'
import { sha256Hex } from '../../domain/sha256.ts'
import {
  correlationIdPattern,
  formatTraceparent,
  parseTraceparent,
  parseXRayHeader,
  type Traceparent,
} from '../../domain/trace.ts'
import { headerValues } from './request.ts'

/** A request's ids; unlike those of a stored row, both are always there. */
export interface RequestTrace {
  correlationId: string
  traceparent: string
}

/**
 * The ids under which a request and its effects are found. The correlation id is the caller's `X-Correlation-Id` when it sent one valid
 * value, else the gateway's request id. The trace is the caller's `traceparent` with this request as the new parent; without a valid one
 * it is the gateway's own (X-Ray), else a new one. A header that is repeated or malformed is replaced, never passed on.
 */
export function requestTrace(event: APIGatewayProxyEvent): RequestTrace {
  const { requestId } = event.requestContext
  const sentId = onlyValue(event, 'X-Correlation-Id')
  return {
    correlationId: sentId !== undefined && correlationIdPattern.test(sentId) ? sentId : requestId,
    traceparent: formatTraceparent({ ...sentTrace(event), parentId: spanIdOf(requestId) }),
  }
}

function sentTrace(event: APIGatewayProxyEvent): Pick<Traceparent, 'traceId' | 'isSampled'> {
  const traceparent = onlyValue(event, 'traceparent')
  const xray = onlyValue(event, 'X-Amzn-Trace-Id')
  return (
    (traceparent !== undefined ? parseTraceparent(traceparent) : undefined) ??
    (xray !== undefined ? parseXRayHeader(xray) : undefined) ?? {
      traceId: sha256Hex(`trace ${event.requestContext.requestId}`).slice(0, 32),
      isSampled: false,
    }
  )
}

/** Derived, not drawn: the gateway's request id is unique, and log lines of the request lead to the span. */
function spanIdOf(requestId: string): string {
  return sha256Hex(`span ${requestId}`).slice(0, 16)
}

function onlyValue(event: APIGatewayProxyEvent, name: string): string | undefined {
  const [value, ...others] = headerValues(event, name)
  return others.length === 0 ? value : undefined
}
