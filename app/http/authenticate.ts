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

/** Who asks, and for which tenant: the only source of a tenant there is. */
export interface Caller {
  tenant: string
  actor: Actor
}

/** Ids that begin so belong to the system itself: no token may carry one. */
const reserved = 'steadfast:'

/** Who a token may speak for, and so who may be a user. */
export const TokenSubject = UserId.refine((sub) => !sub.startsWith(reserved), 'is reserved')

const Claims = z.object({
  sub: TokenSubject,
  tenant: TenantId,
  role: Role,
  exp: z.number(),
})

export type Authenticate = (event: APIGatewayProxyEvent) => Promise<Caller>

/**
 * Verifies bearer tokens of one issuer and audience. `keySet` is a JWKS document deployed with the app (local targets, which have
 * no https issuer) and then nothing is fetched; without it the issuer's own is. The answer throws `unauthenticated`, or
 * `unavailable` when the issuer's keys can't be had.
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
  const expected = { issuer, audience, customJwtCheck: refuseExtensions }
  const verifier = keySet
    ? JwtVerifier.create(expected, { jwksCache: new SimpleJwksCache({ fetcher: { fetch: neverFetch } }) })
    : JwtVerifier.create(expected)
  if (keySet) verifier.cacheJwks(JSON.parse(keySet) as Jwks)
  return async (event) => {
    const claims = Claims.safeParse(await verifier.verify(bearerToken(event)).catch(refuse))
    if (!claims.success) throw unauthenticated('The token lacks a valid sub, tenant, role or exp.')
    const { sub, tenant, role } = claims.data
    return { tenant, actor: { id: sub, role } }
  }
}

function bearerToken(event: APIGatewayProxyEvent): string {
  const values = headerValues(event, 'Authorization')
  const token = values.length === 1 ? /^Bearer +(\S+)$/i.exec(values[0]?.trim() ?? '')?.[1] : undefined
  if (!token) throw unauthenticated('Send one Authorization header: Bearer and a token.')
  return token
}

/** `crit` names extensions that must be understood (RFC 7515, section 4.1.11), and we know none. */
function refuseExtensions({ header }: { header: object }): void {
  if ('crit' in header) throw new Error('the token asks for extensions that are not known here')
}

function neverFetch(): Promise<never> {
  return Promise.reject(new Error('the token is signed by a key that is not in the deployed key set'))
}

function refuse(error: unknown): never {
  if (error instanceof FetchError) throw new Problem('unavailable', "The token issuer's keys can't be read right now.")
  throw unauthenticated(error instanceof Error ? error.message : 'The token is not valid.')
}

function unauthenticated(detail: string): Problem {
  return new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer' } })
}
