import type { Logger } from '@aws-lambda-powertools/logger'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { type ArchiveObjects, withArchivedEvents } from '../archive/archived-events.ts'
import { rateLimitStoreFromEnvironment, requiredVariable, runtime, storeFromEnvironment } from '../environment.ts'
import { loggedAggregate } from '../logged-aggregate.ts'
import { VersionGateError } from '../migrate/stage-reader.ts'
import { type Telemetry, telemetry, withTelemetry } from '../telemetry.ts'
import { type Authenticate, authenticator, type Caller } from './authenticate.ts'
import { callerFields } from './caller-log.ts'
import type { Endpoint, EndpointDeps, Handled, RequestContext } from './endpoint.ts'
import { Problem } from './problem.ts'
import { requestTrace } from './request-trace.ts'
import type { ApiResponse } from './response.ts'
import { TenantLimit, type TenantLimits } from './tenant-limit.ts'
import { isTransient } from './transient-errors.ts'

/** The Lambda handler of an endpoint. With `archive`, it also reads the events of archived tickets. */
export function httpHandler(
  endpoint: Endpoint,
  { objects, archive }: Pick<EndpointDeps, 'objects'> & { archive?: ArchiveObjects } = {},
) {
  const published = telemetry()
  const { logger } = published
  const authenticate = endpoint.roles === 'anyone' ? neverAuthenticate : authenticatorFromEnvironment()
  const deps: EndpointDeps = {
    store: storeFromEnvironment({ below: archive && ((tables) => withArchivedEvents(tables, archive)) }),
    runtime,
    authenticate,
    ...(endpoint.roles !== 'anyone' && tenantLimitFromEnvironment(logger)),
    ...(objects && { objects }),
  }
  return withTelemetry(published, (event: APIGatewayProxyEvent) => serve(endpoint, event, deps, published))
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

/** What `serve` needs of {@link Telemetry}. */
export interface RequestTelemetry extends Pick<Telemetry, 'count'> {
  logger: Pick<Logger, 'appendKeys' | 'info' | 'error'>
}

/**
 * Handles one request and always returns a response with a correlation id: a `Problem` that the endpoint throws becomes its
 * problem response, any other error an `internal-error`. Each log line names the tenant and, by a hash, the caller.
 */
export async function serve(
  endpoint: Endpoint,
  event: APIGatewayProxyEvent,
  deps: EndpointDeps,
  { logger, count }: RequestTelemetry,
): Promise<APIGatewayProxyResult> {
  const request = requestContext(event)
  const { requestId, identity } = event.requestContext
  // The gateway's access log has the same `requestId`.
  const { correlationId, traceparent } = request
  logger.appendKeys({ correlationId, traceparent, requestId, operation: endpoint.operation })
  async function authenticate(from: APIGatewayProxyEvent): Promise<Caller> {
    const caller = await deps.authenticate(from)
    logger.appendKeys(callerFields(caller))
    return caller
  }
  try {
    const {
      replayed = false,
      firstCorrelationId,
      event: made,
      ...response
    } = await endpoint.handle(event, request, { ...deps, authenticate })
    if (replayed) count('RepliesReplayed')
    // A duplicate has an id of its own: this leads from it to what the first request did.
    const first = firstCorrelationId !== undefined && firstCorrelationId !== correlationId && { firstCorrelationId }
    logger.info('request succeeded', { status: response.status, replayed, ...first, ...(made && eventFields(made)) })
    return toProxyResult(response, request, { replayed })
  } catch (error) {
    const problem = error instanceof Problem ? error : unexpectedProblem(error)
    // Nobody else can be named when there is no valid token.
    const source = problem.status === 401 && { sourceIp: identity.sourceIp }
    const fields = { status: problem.status, problem: problem.slug, ...source }
    if (problem.slug === 'write-conflict') count('WritesConflicted')
    if (problem.status >= 500) logger.error('request failed', { ...fields, error: error as Error })
    else logger.info('request refused', fields)
    return toProxyResult(problemResponse(problem, request), request)
  }
}

function eventFields({ id: eventId, tenant, aggregate, seq }: NonNullable<Handled['event']>) {
  return { eventId, aggregate: loggedAggregate(tenant, aggregate), seq }
}

/** Only reads let a transient error through; a write reports its outcome, `unknown` included, as a result. */
function unexpectedProblem(error: unknown): Problem {
  if (error instanceof VersionGateError)
    return new Problem('unavailable', 'Stored data is being migrated, and this version may not write it.', {
      headers: { 'Retry-After': '1' },
    })
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

function requestContext(event: APIGatewayProxyEvent): RequestContext {
  return { ...requestTrace(event), receivedAt: new Date(event.requestContext.requestTimeEpoch).toISOString() }
}
