import { Logger } from '@aws-lambda-powertools/logger'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda'
import { requiredVariable, runtime, storeFromEnvironment } from '../environment.ts'
import type { Answer } from './answer.ts'
import { type Authenticate, authenticator } from './authenticate.ts'
import type { Endpoint, EndpointDeps, RequestContext } from './endpoint.ts'
import { Problem } from './problem.ts'
import { headerValues } from './request.ts'
import { isTransient } from './transient.ts'

/** The Lambda handler of an endpoint: logging around it, every failure a problem, a correlation id on every answer. */
export function http(endpoint: Endpoint, more: Pick<EndpointDeps, 'objects'> = {}) {
  const logger = new Logger()
  const authenticate = endpoint.roles === 'anyone' ? nobody : tokenCheck()
  const deps: EndpointDeps = { store: storeFromEnvironment(), runtime, authenticate, ...more }
  return middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler((event) => serve(endpoint, event, deps, logger))
}

const nobody: Authenticate = () => Promise.reject(new Error('this endpoint asks for no caller'))

function tokenCheck(): Authenticate {
  return authenticator({
    issuer: requiredVariable('JWT_ISSUER'),
    audience: requiredVariable('JWT_AUDIENCE'),
    keySet: process.env.JWT_KEY_SET,
  })
}

/** Answers one request, always: what an endpoint throws becomes a problem, and what no one foresaw an `internal-error`. */
export async function serve(
  endpoint: Endpoint,
  event: APIGatewayProxyEvent,
  deps: EndpointDeps,
  logger: Pick<Logger, 'appendKeys' | 'info' | 'error'>,
): Promise<APIGatewayProxyResult> {
  const request = requestContext(event)
  logger.appendKeys({ correlationId: request.correlationId, operation: endpoint.operation })
  try {
    const { replayed, ...answer } = await endpoint.handle(event, request, deps)
    logger.info('answered', { status: answer.status, replayed: replayed ?? false })
    return proxyResult(answer, { ...request, ...(replayed && { replayed }) })
  } catch (error) {
    const problem = problemFrom(error)
    const told = { status: problem.status, problem: problem.slug }
    if (problem.status >= 500) logger.error('failed', { ...told, error: error as Error })
    else logger.info('refused', told)
    return proxyResult(problemAnswer(problem, request.correlationId), request)
  }
}

function problemFrom(error: unknown): Problem {
  if (error instanceof Problem) return error
  // Only reads throw these: what a write came to, or that no one knows, is told by its outcome.
  if (isTransient(error))
    return new Problem('unavailable', 'The database did not answer in time. Repeat the request with the same key.', {
      headers: { 'Retry-After': '1' },
    })
  return new Problem(
    'internal-error',
    'Nothing is known of what happened. Repeating the request with the same key is safe.',
  )
}

function problemAnswer(problem: Problem, correlationId: string): Answer {
  return {
    status: problem.status,
    headers: { 'Content-Type': 'application/problem+json', ...problem.headers },
    body: JSON.stringify(problem.toBody(correlationId)),
  }
}

function proxyResult(
  { status, headers, body }: Answer,
  { correlationId, replayed }: { correlationId: string; replayed?: boolean },
) {
  const more = { 'X-Correlation-Id': correlationId, ...(replayed && { 'Idempotent-Replayed': 'true' }) }
  return { statusCode: status, headers: { ...headers, ...more }, body }
}

/** A caller may bring its own correlation id; the gateway's request id serves otherwise. */
function requestContext(event: APIGatewayProxyEvent): RequestContext {
  const [brought, ...others] = headerValues(event, 'X-Correlation-Id')
  const usable = brought && others.length === 0 && /^[A-Za-z0-9._-]{1,128}$/.test(brought)
  return {
    correlationId: usable ? brought : event.requestContext.requestId,
    receivedAt: new Date(event.requestContext.requestTimeEpoch).toISOString(),
  }
}
