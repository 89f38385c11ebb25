import type { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { rateLimitStoreFromEnvironment, requiredVariable, runtime, storeFromEnvironment } from '../environment.ts'
import { createLogger } from '../logger.ts'
import { type Authenticate, authenticator, type Caller } from './authenticate.ts'
import { callerFields } from './caller-log.ts'
import type { Endpoint, EndpointDeps, RequestContext } from './endpoint.ts'
import { Problem } from './problem.ts'
import { headerValues } from './request.ts'
import type { ApiResponse } from './response.ts'
import { TenantLimit, type TenantLimits } from './tenant-limit.ts'
import { isTransient } from './transient-errors.ts'

/** The Lambda handler of an endpoint, with structured logging. */
export function httpHandler(endpoint: Endpoint, { objects }: Pick<EndpointDeps, 'objects'> = {}) {
  const logger = createLogger()
  const authenticate = endpoint.roles === 'anyone' ? neverAuthenticate : authenticatorFromEnvironment()
  const deps: EndpointDeps = {
    store: storeFromEnvironment(),
    runtime,
    authenticate,
    ...(endpoint.roles !== 'anyone' && tenantLimitFromEnvironment(logger)),
    ...(objects && { objects }),
  }
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler((event) => serve(endpoint, event, deps, logger))
}

const neverAuthenticate: Authenticate = () => Promise.reject(new Error('a public endpoint must not authenticate'))

function authenticatorFromEnvironment(): Authenticate {
  return authenticator({
    issuer: requiredVariable('JWT_ISSUER'),
    audience: requiredVariable('JWT_AUDIENCE'),
    keySet: process.env.JWT_KEY_SET,
  })
}

/** `TENANT_LIMITS`: the limits as JSON. */
function tenantLimitFromEnvironment(logger: Logger): Pick<EndpointDeps, 'tenantLimit'> {
  const { TENANT_LIMITS: limits } = process.env
  if (!limits) return {}
  const store = rateLimitStoreFromEnvironment()
  const onFailure = (error: unknown) => logger.warn('the limit per tenant is not enforced', error as Error)
  return { tenantLimit: new TenantLimit(JSON.parse(limits) as TenantLimits, { store, runtime, onFailure }) }
}

/**
 * Handles one request and always returns a response with a correlation id: a `Problem` that the endpoint throws becomes its
 * problem response, any other error an `internal-error`. Each log line names the tenant and, by a hash, the caller.
 */
export async function serve(
  endpoint: Endpoint,
  event: APIGatewayProxyEvent,
  deps: EndpointDeps,
  logger: Pick<Logger, 'appendKeys' | 'info' | 'error'>,
): Promise<APIGatewayProxyResult> {
  const request = requestContext(event)
  const { requestId, identity } = event.requestContext
  // The gateway's access log has the same `requestId`.
  logger.appendKeys({ correlationId: request.correlationId, requestId, operation: endpoint.operation })
  async function authenticate(from: APIGatewayProxyEvent): Promise<Caller> {
    const caller = await deps.authenticate(from)
    logger.appendKeys(callerFields(caller))
    return caller
  }
  try {
    const { replayed = false, ...response } = await endpoint.handle(event, request, { ...deps, authenticate })
    logger.info('request succeeded', { status: response.status, replayed })
    return toProxyResult(response, request, { replayed })
  } catch (error) {
    const problem = error instanceof Problem ? error : unexpectedProblem(error)
    // Nobody else can be named when there is no valid token.
    const source = problem.status === 401 && { sourceIp: identity.sourceIp }
    const fields = { status: problem.status, problem: problem.slug, ...source }
    if (problem.status >= 500) logger.error('request failed', { ...fields, error: error as Error })
    else logger.info('request refused', fields)
    return toProxyResult(problemResponse(problem, request), request)
  }
}

/** Only reads let a transient error through; a write reports its outcome, `unknown` included, as a result. */
function unexpectedProblem(error: unknown): Problem {
  if (isTransient(error))
    return new Problem('unavailable', 'The database did not respond in time. Repeat the request with the same key.', {
      headers: { 'Retry-After': '1' },
    })
  return new Problem(
    'internal-error',
    'The request failed for an unexpected reason. Repeating it with the same Idempotency-Key is safe.',
  )
}

function problemResponse(problem: Problem, { correlationId }: RequestContext): ApiResponse {
  return {
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json', ...problem.headers },
    body: JSON.stringify(problem.toBody(correlationId)),
  }
}

function toProxyResult(
  { status, headers, body }: ApiResponse,
  { correlationId }: RequestContext,
  { replayed = false } = {},
): APIGatewayProxyResult {
  return {
    statusCode: status,
    headers: { ...headers, 'X-Correlation-Id': correlationId, ...(replayed && { 'Idempotent-Replayed': 'true' }) },
    body,
  }
}

/** The correlation id is the caller's `X-Correlation-Id` when it sent one valid value, else the gateway's request id. */
function requestContext(event: APIGatewayProxyEvent): RequestContext {
  const [sent, ...duplicates] = headerValues(event, 'X-Correlation-Id')
  const isValid = sent && duplicates.length === 0 && /^[A-Za-z0-9._-]{1,128}$/.test(sent)
  return {
    correlationId: isValid ? sent : event.requestContext.requestId,
    receivedAt: new Date(event.requestContext.requestTimeEpoch).toISOString(),
  }
}
