import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { z } from 'zod'
import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { Role } from '../../domain/user.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import type { Store } from '../../tables/store.ts'
import type { Authenticate } from './authenticate.ts'
import type { RequestTrace } from './request-trace.ts'
import type { ApiResponse } from './response.ts'
import type { TenantLimit } from './tenant-limit.ts'

/** The dependencies of an endpoint. `httpHandler` creates them once per function; tests pass in-memory ones. */
export interface EndpointDeps {
  store: Store
  runtime: Runtime
  authenticate: Authenticate
  /** The limit per tenant. Without it, requests are not limited. */
  tenantLimit?: Pick<TenantLimit, 'admit'>
  /** Only for endpoints that return presigned URLs. */
  objects?: ObjectStore
}

/** One operation of the API: how a request is handled, and what OpenAPI says about it. */
export interface Endpoint {
  /** Method and route template, such as `GET /tickets/{ticketId}`. */
  operation: string
  summary: string
  roles: readonly Role[] | 'anyone'
  params?: z.ZodObject | undefined
  query?: z.ZodObject | undefined
  body?: z.ZodObject | undefined
  success: Success
  /** Returns the response, or throws a `Problem`. */
  handle(event: APIGatewayProxyEvent, request: RequestContext, deps: EndpointDeps): Promise<Handled>
}

/** The response, whether it is an earlier one that was stored, and the event that the request has made. */
export interface Handled extends ApiResponse {
  replayed?: boolean
  /** The correlation id of the request that took effect, when this one is its duplicate. */
  firstCorrelationId?: string
  event?: Pick<DomainEvent, 'id' | 'tenant' | 'aggregate' | 'seq'>
}

/** The response of a successful request. `alsoStatus` is for a PUT that either creates or updates. */
export interface Success {
  status: number
  alsoStatus?: number
  schema?: z.ZodType
  /** The answer comes from a read model: it says how many events that reflects. */
  isView?: boolean
}

/** What is known of a request before it is parsed. */
export interface RequestContext extends RequestTrace {
  /** ISO 8601, UTC. */
  receivedAt: string
}

export const everyRole = ['customer', 'agent', 'admin'] as const satisfies readonly Role[]
export const agents = ['agent', 'admin'] as const satisfies readonly Role[]
export const admins = ['admin'] as const satisfies readonly Role[]
