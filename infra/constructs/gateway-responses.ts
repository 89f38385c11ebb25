import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway'

/**
 * The gateway's own errors as RFC 9457 problems (the same ones as app/http/problem.ts makes), so that a client meets one form
 * of error. There is no authorizer, API key or validator, so what else could go wrong on the caller's side is an unknown route; with a
 * bearer token the gateway takes one for a broken AWS signature. A body names its own status, as it can't refer to the one that
 * the gateway chose, and holds nothing of the request.
 */
export const gatewayProblems = {
  MISSING_AUTHENTICATION_TOKEN: notFound(),
  RESOURCE_NOT_FOUND: notFound(),
  INVALID_SIGNATURE: notFound(),
  EXPIRED_TOKEN: notFound(),
  DEFAULT_4XX: notFound(),
  REQUEST_TOO_LARGE: problem(
    413,
    'body-too-large',
    'The request is too large',
    'The maximum size of a request is 128 KB.',
  ),
  THROTTLED: problem(
    429,
    'throttled',
    'Too many requests',
    'Repeat the request after the number of seconds in Retry-After.',
    true,
  ),
  INTEGRATION_FAILURE: unknownOutcome(),
  INTEGRATION_TIMEOUT: unknownOutcome(),
  DEFAULT_5XX: unknownOutcome(),
} as const satisfies Partial<Record<keyof typeof ResponseType, Problem>>

export function gatewayResponses(api: RestApi): void {
  for (const [type, { headers, body }] of Object.entries(gatewayProblems))
    api.addGatewayResponse(type, {
      type: ResponseType[type as keyof typeof gatewayProblems],
      statusCode: String(body.status),
      responseHeaders: {
        'Content-Type': "'application/problem+json'",
        'X-Correlation-Id': 'context.requestId',
        ...headers,
      },
      // Keyed by what the gateway would send anyway, so that no Accept header misses it; the header above names the true type.
      templates: { 'application/json': JSON.stringify(body) },
    })
}

interface Problem {
  headers: Record<string, string>
  body: {
    type: string
    title: string
    status: number
    detail: string
    instance: string
    retryable: boolean
  }
}

function problem(status: number, slug: string, title: string, detail: string, retryable = false): Problem {
  return {
    headers: retryable ? { 'Retry-After': "'1'" } : {},
    body: {
      type: `https://steadfast.dev/problems/${slug}`,
      title,
      status,
      detail,
      instance: 'urn:steadfast:request:$context.requestId',
      retryable,
    },
  }
}

function notFound(): Problem {
  return problem(404, 'not-found', 'The resource does not exist', 'No route matches this method and path.')
}

// A function that crashed or was cut off may have committed before.
function unknownOutcome(): Problem {
  return problem(
    503,
    'outcome-unknown',
    'It is unknown whether the request took effect',
    'Repeating the request with the same Idempotency-Key is safe.',
    true,
  )
}
