import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { z } from 'zod'
import type { Role } from '../../domain/user.ts'
import type { Store } from '../../tables/store.ts'
import { type HttpFunctionName, route } from '../functions.ts'
import { ifActive } from './active-caller.ts'
import type { Caller } from './authenticate.ts'
import { authorize } from './authorize.ts'
import type { Endpoint, EndpointDeps, RequestContext, Success } from './endpoint.ts'
import { emptyObject, parsePathParams, parseQueryParams } from './request.ts'
import type { ApiResponse } from './response.ts'

/** What distinguishes one GET endpoint from another. */
export interface ReadDefinition<Params extends z.ZodObject, Query extends z.ZodObject> {
  summary: string
  roles: readonly Role[]
  params?: Params
  query?: Query
  /** Returns the response or throws a `Problem`. A resource that the caller may not see is `not-found`, never `forbidden`. */
  respond(
    request: z.output<Params> & z.output<Query> & { caller: Caller },
    store: Store,
    deps: EndpointDeps,
  ): Promise<ApiResponse>
  success: Success
}

/** Builds an endpoint that only reads: authorizes, parses path and query, responds if the caller's user is active. */
export function readEndpoint<
  Params extends z.ZodObject = typeof emptyObject,
  Query extends z.ZodObject = typeof emptyObject,
>(name: HttpFunctionName, definition: ReadDefinition<Params, Query>): Endpoint {
  const { summary, roles, params, query, success } = definition

  async function handle(event: APIGatewayProxyEvent, _: RequestContext, deps: EndpointDeps) {
    const caller = await authorize(event, deps, roles)
    const parsed = { ...parsePathParams(event, params ?? emptyObject), ...parseQueryParams(event, query) }
    const request = { ...(parsed as z.output<Params> & z.output<Query>), caller }
    return ifActive(deps.store, caller, () => definition.respond(request, deps.store, deps))
  }

  return { operation: route(name), summary, roles, params, query, success, handle }
}
