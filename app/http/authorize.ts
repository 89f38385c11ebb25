import type { APIGatewayProxyEvent } from 'aws-lambda'
import type { Role } from '../../domain/user.ts'
import type { Caller } from './authenticate.ts'
import type { EndpointDeps } from './endpoint.ts'
import { Problem } from './problem.ts'

/**
 * The caller, if the token is valid, its tenant is within its limit, and its role is one of `roles`. Throws `unauthenticated`, `throttled`,
 * `forbidden`.
 */
export async function authorize(
  event: APIGatewayProxyEvent,
  { authenticate, tenantLimit }: Pick<EndpointDeps, 'authenticate' | 'tenantLimit'>,
  roles: readonly Role[],
): Promise<Caller> {
  const caller = await authenticate(event)
  await tenantLimit?.admit(caller.tenant)
  if (!roles.includes(caller.actor.role))
    throw new Problem(
      'forbidden',
      `This operation requires the role ${roles.join(' or ')}; the token has the role ${caller.actor.role}.`,
    )
  return caller
}
