import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Endpoint } from '../../app/http/endpoint.ts'
import { serve } from '../../app/http/http-handler.ts'
import type { Actor } from '../../domain/actor.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import type { Store } from '../../tables/store.ts'
import { isRetryable, type RequestAttempt } from '../load/attempt.ts'
import type { Process } from './process.ts'
import type { Simulation } from './simulation.ts'

/** The sender of a request: what a verified token says. */
export interface Person {
  tenant: string
  actor: Actor
}

/** A request with its idempotency key; every copy and every try sends the same bytes. */
export interface SimulatedRequest {
  by: Person
  endpoint: Endpoint
  key: string
  params?: Record<string, string>
  body?: unknown
}

/** An attachment as the answer to its request names it, and who requested it. */
export interface RequestedFile {
  by: Person
  ticketId: string
  id: string
  sha256: string
}

/** What the clients of a tenant know from the answers that they got. */
export interface Known {
  tickets: string[]
  files: RequestedFile[]
}

export interface RequestDeps {
  simulation: Simulation
  storeOf: (process: Process) => Store
  /** Only for requests that read attachments. */
  objectsOf?: (process: Process) => ObjectStore
}

/** Sends a request once, and returns what the client learned. `copy` and `name` tell the tries of one request apart. */
export async function sendOnce(
  { simulation, storeOf, objectsOf }: RequestDeps,
  name: string,
  request: SimulatedRequest,
  copy: number,
): Promise<RequestAttempt> {
  const { by, endpoint, key, params, body } = request
  const startedAtMs = Math.floor(simulation.scheduler.nowMs)
  const attempt = {
    key,
    tenant: by.tenant,
    copy,
    request: JSON.stringify([endpoint.operation, params, body, by.actor.id]),
    startedAtMs,
    latencyMs: 0,
  }
  const result = await simulation.run(
    name,
    async (process) => {
      const event = toEvent(request, process.runtime.newId(), startedAtMs)
      const objects = objectsOf?.(process)
      const deps = {
        store: storeOf(process),
        runtime: process.runtime,
        authenticate: async () => by,
        ...(objects && { objects }),
      }
      return serve(endpoint, event, deps, { logger: silent, count: simulation.coverage.observer.count })
    },
    { timeoutMs: gatewayTimeoutMs },
  )
  if (result.status === 'threw') throw result.error
  if (result.status === 'crashed') return { ...attempt, outcome: 'lost' }
  const { statusCode, headers = {}, body: text } = result.value
  const { Location: location, ETag: etag, 'Content-Type': contentType } = headers
  return {
    ...attempt,
    outcome: 'answered',
    status: statusCode,
    answer: JSON.stringify({ status: statusCode, location, etag, contentType, body: text }),
    replayed: headers['Idempotent-Replayed'] === 'true',
    retryable: isRetryable(statusCode, text),
  }
}

/** API Gateway's own limit. */
const gatewayTimeoutMs = 29_000

const silent = { appendKeys() {}, info() {}, error() {} }

/** The event as the gateway passes it on. It stands after the token was verified, so there is none. */
function toEvent(
  { endpoint, key, params, body }: SimulatedRequest,
  requestId: string,
  requestTimeEpoch: number,
): APIGatewayProxyEvent {
  const [httpMethod = '', resource = ''] = endpoint.operation.split(' ')
  const path = resource.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params?.[name] ?? ''))
  const headers = { 'Idempotency-Key': key }
  return {
    resource,
    path,
    httpMethod,
    headers,
    multiValueHeaders: { 'Idempotency-Key': [key] },
    pathParameters: params ?? null,
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    requestContext: { requestId, requestTimeEpoch, path: `/api${path}`, resourcePath: resource, identity: {} },
    body: body === undefined ? null : JSON.stringify(body),
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEvent
}
