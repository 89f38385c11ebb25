import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { z } from 'zod'
import type { Runtime } from '../../domain/runtime.ts'
import type { Role } from '../../domain/user.ts'
import type { ObjectStore } from '../../gateways/object-store.ts'
import type { Store } from '../../tables/store.ts'
import type { Answer } from './answer.ts'
import type { Authenticate } from './authenticate.ts'

/** What an endpoint works with: made once per function in `handler.ts`, twins in tests. */
export interface EndpointDeps {
  store: Store
  runtime: Runtime
  authenticate: Authenticate
  /** Only for endpoints that give out addresses of files. */
  objects?: ObjectStore
}

/** One operation of the API: what the gateway calls, and what OpenAPI tells of it. */
export interface Endpoint {
  /** Method and route template, such as `GET /tickets/{ticketId}`. */
  operation: string
  summary: string
  roles: readonly Role[] | 'anyone'
  params?: z.ZodObject | undefined
  query?: z.ZodObject | undefined
  body?: z.ZodObject | undefined
  /** What a success answers. */
  success: Success
  handle(
    event: APIGatewayProxyEvent,
    request: RequestContext,
    deps: EndpointDeps,
  ): Promise<Answer & { replayed?: boolean }>
}

/** `alsoStatus` is for a put that may create what it changes otherwise. */
export interface Success {
  status: number
  alsoStatus?: number
  schema?: z.ZodType
}

/** What is known of a request before it is parsed. */
export interface RequestContext {
  correlationId: string
  /** ISO 8601, UTC. */
  receivedAt: string
}

export const everyRole = ['customer', 'agent', 'admin'] as const satisfies readonly Role[]
export const agents = ['agent', 'admin'] as const satisfies readonly Role[]
export const admins = ['admin'] as const satisfies readonly Role[]
