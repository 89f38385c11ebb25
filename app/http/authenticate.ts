import { JwtVerifier } from 'aws-jwt-verify'
import { FetchError } from 'aws-jwt-verify/error'
import { type Jwks, SimpleJwksCache } from 'aws-jwt-verify/jwk'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import * as z from 'zod'
import type { Actor } from '../../domain/actor.ts'
import { TenantId, UserId } from '../../domain/ids.ts'
import { Role } from '../../domain/user.ts'
import { Problem } from './problem.ts'
import { headerValues } from './request.ts'

/** The verified identity behind a request. A request's tenant comes from here and from nowhere else. */
export interface Caller {
  tenant: string
  actor: Actor
}

/** Prefix of the ids under which the system itself acts: no token may carry one. */
const reservedPrefix = 'steadfast:'

/** The `sub` of a token, which is also the id of its user. */
export const TokenSubject = UserId.refine((sub) => !sub.startsWith(reservedPrefix), 'is reserved')

const Claims = z.object({
  sub: TokenSubject,
  tenant: TenantId,
  role: Role,
  exp: z.number(),
})

/** Throws the problem `unauthenticated`, or `unavailable` when the issuer's keys can't be fetched. */
export type Authenticate = (event: APIGatewayProxyEvent) => Promise<Caller>

/**
 * Verifies bearer tokens of one issuer and audience. With `keySet`, a JWKS document deployed with the app (local targets, whose
 * issuer has no https address), it fetches nothing; without it, it fetches the key set from the issuer.
 */
export function authenticator({
  issuer,
  audience,
  keySet,
}: {
  issuer: string
  audience: string
  keySet?: string | undefined
}): Authenticate {
  const expected = { issuer, audience, customJwtCheck: rejectCriticalExtensions }
  const verifier = keySet
    ? JwtVerifier.create(expected, { jwksCache: new SimpleJwksCache({ fetcher: { fetch: neverFetch } }) })
    : JwtVerifier.create(expected)
  if (keySet) verifier.cacheJwks(JSON.parse(keySet) as Jwks)
  return async (event) => {
    const claims = Claims.safeParse(await verifier.verify(bearerToken(event)).catch(throwProblem))
    if (!claims.success) throw unauthenticated('The token has no valid sub, tenant, role or exp claim.')
    const { sub, tenant, role } = claims.data
    return { tenant, actor: { id: sub, role } }
  }
}

function bearerToken(event: APIGatewayProxyEvent): string {
  const values = headerValues(event, 'Authorization')
  const token = values.length === 1 ? /^Bearer +(\S+)$/i.exec(values[0]?.trim() ?? '')?.[1] : undefined
  if (!token) throw unauthenticated('Send exactly one Authorization header of the form "Bearer <token>".')
  return token
}

/** `crit` lists extensions that a recipient must understand (RFC 7515, section 4.1.11). This API supports none. */
function rejectCriticalExtensions({ header }: { header: object }): void {
  if ('crit' in header) throw new Error('the token requires an extension that this API does not support')
}

function neverFetch(): Promise<never> {
  return Promise.reject(new Error('the token is signed by a key that is not in the deployed key set'))
}

function throwProblem(error: unknown): never {
  if (error instanceof FetchError)
    throw new Problem('unavailable', "The token issuer's keys can't be fetched right now. Try again shortly.")
  throw unauthenticated(error instanceof Error ? error.message : 'The token is not valid.')
}

function unauthenticated(detail: string): Problem {
  return new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer' } })
}
