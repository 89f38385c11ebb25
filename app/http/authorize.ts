import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Role } from '../../domain/user.ts'
import type { Caller } from './authenticate.ts'
import type { EndpointDeps } from './endpoint.ts'
import { Problem } from './problem.ts'

/** The caller, if its token is valid and its role may do this at all. Throws `unauthenticated`, `forbidden`. */
export async function authorized(
  event: APIGatewayProxyEvent,
  { authenticate }: EndpointDeps,
  roles: readonly Role[],
): Promise<Caller> {
  const caller = await authenticate(event)
  if (!roles.includes(caller.actor.role))
    throw new Problem('forbidden', `This takes the role ${roles.join(' or ')}; the token says ${caller.actor.role}.`)
  return caller
}
