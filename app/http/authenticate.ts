import { JwtVerifier } from 'aws-jwt-verify'
import { FetchError, JwksValidationError } from 'aws-jwt-verify/error'
import { type Fetcher, SimpleFetcher } from 'aws-jwt-verify/https'
import { type Jwks, SimpleJwksCache } from 'aws-jwt-verify/jwk'
import type { APIGatewayProxyEvent } from 'aws-lambda'
import * as z from 'zod'
import type { Actor } from '../../domain/actor.ts'
import { TenantId, UserId } from '../../domain/ids.ts'
import { Role } from '../../domain/user.ts'
import { IssuerKeys, PausingFetcher } from './issuer-keys.ts'
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

/** What a token must say, besides what its verification asks of it. */
export const TokenClaims = z.object({
  sub: TokenSubject,
  tenant: TenantId,
  role: Role,
  exp: z.number(),
})

/** Throws the problem `unauthenticated`, or `unavailable` when the issuer's keys can't be fetched. */
export type Authenticate = (event: APIGatewayProxyEvent) => Promise<Caller>

/** How the keys that verify tokens become known. */
export interface TokenSettings {
  issuer: string
  audience: string
  /** A JWKS document that is deployed with the app, for local targets, whose issuer has no https address. Nothing is fetched then. */
  keySet?: string | undefined
  /** Fetches by https if left out. */
  fetcher?: Fetcher
  /** Epoch milliseconds. */
  now?: () => number
}

/** Verifies bearer tokens of one issuer and audience. Without `keySet`, it fetches the keys from the issuer and keeps them fresh. */
export function authenticator({ issuer, audience, keySet, ...fetching }: TokenSettings): Authenticate {
  const expected = { issuer, audience, customJwtCheck: rejectCriticalExtensions }
  const { verifier, refresh } = keySet ? deployedKeys(expected, keySet) : fetchedKeys(expected, fetching)
  return async (event) => {
    const token = bearerToken(event)
    await refresh().catch(throwUnavailable)
    const claims = TokenClaims.safeParse(await verifier.verify(token).catch(throwProblem))
    if (!claims.success) throw unauthenticated('The token has no valid sub, tenant, role or exp claim.')
    const { sub, tenant, role } = claims.data
    return { tenant, actor: { id: sub, role } }
  }
}

type Expected = { issuer: string; audience: string; customJwtCheck: typeof rejectCriticalExtensions }

function deployedKeys(expected: Expected, keySet: string) {
  const verifier = JwtVerifier.create(expected, { jwksCache: new SimpleJwksCache({ fetcher: { fetch: neverFetch } }) })
  verifier.cacheJwks(JSON.parse(keySet) as Jwks)
  return { verifier, refresh: async () => {} }
}

function fetchedKeys(
  expected: Expected,
  { fetcher = new SimpleFetcher(), now = Date.now }: Pick<TokenSettings, 'fetcher' | 'now'>,
) {
  const jwksUri = `${expected.issuer.replace(/\/$/, '')}/.well-known/jwks.json`
  const jwksCache = new SimpleJwksCache({ fetcher: new PausingFetcher(fetcher, now) })
  const verifier = JwtVerifier.create({ ...expected, jwksUri }, { jwksCache })
  const keys = new IssuerKeys({
    fetch: () => jwksCache.getJwks(jwksUri),
    // Also drops the parsed keys, so that a key replaced under its old id is no longer accepted.
    use: (jwks) => verifier.cacheJwks(jwks),
    now,
  })
  return { verifier, refresh: () => keys.refresh() }
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
  if (error instanceof FetchError || error instanceof JwksValidationError) return throwUnavailable()
  throw unauthenticated(error instanceof Error ? error.message : 'The token is not valid.')
}

function throwUnavailable(): never {
  throw new Problem('unavailable', "The token issuer's keys can't be fetched right now. Repeat the request shortly.", {
    headers: { 'Retry-After': '5' },
  })
}

function unauthenticated(detail: string): Problem {
  return new Problem('unauthenticated', detail, { headers: { 'WWW-Authenticate': 'Bearer' } })
}
