import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { z } from 'zod'
import type { Role } from '../../domain/user.ts'
import type { Store } from '../../tables/store.ts'
import { type HttpFunctionName, route } from '../functions.ts'
import type { Answer } from './answer.ts'
import type { Caller } from './authenticate.ts'
import { authorized } from './authorize.ts'
import type { Endpoint, EndpointDeps, RequestContext } from './endpoint.ts'
import { nothing, pathParams, queryParams } from './request.ts'

/** One question to the API: it reads, and changes nothing. */
export interface ReadDefinition<Params extends z.ZodObject, Query extends z.ZodObject> {
  summary: string
  roles: readonly Role[]
  params?: Params
  query?: Query
  /** Throws {@link Problem}s; what the caller may not see is not found. */
  answer(
    request: z.output<Params> & z.output<Query> & { caller: Caller; event: APIGatewayProxyEvent },
    store: Store,
    deps: EndpointDeps,
  ): Promise<Answer>
  success: { status: number; schema?: z.ZodType }
}

/** Makes a question an endpoint. */
export function read<Params extends z.ZodObject = typeof nothing, Query extends z.ZodObject = typeof nothing>(
  name: HttpFunctionName,
  definition: ReadDefinition<Params, Query>,
): Endpoint {
  const operation = route(name)
  const { summary, roles, params, query, success } = definition

  async function handle(event: APIGatewayProxyEvent, _: RequestContext, deps: EndpointDeps) {
    const caller = await authorized(event, deps, roles)
    const parsed = { ...pathParams(event, params ?? nothing), ...queryParams(event, query) }
    return definition.answer({ ...(parsed as z.output<Params> & z.output<Query>), caller, event }, deps.store, deps)
  }

  return { operation, summary, roles, params, query, success, handle }
}
