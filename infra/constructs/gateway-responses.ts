import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway'

/**
 * The errors that API Gateway itself answers, as RFC 9457 problems with the types and titles of app/http/problem.ts: clients see one form
 * of error. Without authorizer, API key or validator, the only other 4xx is an unknown route; if the request has a bearer token, the
 * gateway reports an unknown route as a malformed AWS signature. Each body contains its status as a literal, because no variable holds the
 * status that is sent, and nothing from the request.
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
      // The gateway picks the template by media type, and this is its default: it matches every Accept header.
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

// The function may have committed before it crashed or timed out.
function unknownOutcome(): Problem {
  return problem(
    503,
    'outcome-unknown',
    'It is unknown whether the request took effect',
    'Repeating the request with the same Idempotency-Key is safe.',
    true,
  )
}
