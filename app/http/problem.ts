import * as z from 'zod'
import type { Refusal } from '../../domain/decision.ts'

/**
 * An error as callers see it: RFC 9457 `application/problem+json` with a stable `type`. `retryable` says whether the same
 * request with the same key may do better later.
 */
export class Problem extends Error {
  readonly slug: ProblemSlug
  readonly status: number
  readonly title: string
  readonly retryable: boolean
  readonly headers: Record<string, string>
  /** Further members of the body, such as `errors` with JSON pointers. */
  readonly extensions: Record<string, unknown>

  constructor(slug: ProblemSlug, detail: string, { headers = {}, ...extensions }: ProblemExtras = {}) {
    super(detail)
    this.name = 'Problem'
    const [status, title, retryable = false] = problems[slug]
    this.slug = slug
    this.status = status
    this.title = title
    this.retryable = retryable
    this.headers = headers
    this.extensions = extensions
  }

  /** The body, for one request: `instance` names this occurrence. */
  toBody(correlationId: string): Record<string, unknown> {
    return {
      type: typeOf(this.slug),
      title: this.title,
      status: this.status,
      detail: this.message,
      instance: `urn:steadfast:request:${correlationId}`,
      retryable: this.retryable,
      ...this.extensions,
    }
  }
}

interface ProblemExtras {
  headers?: Record<string, string>
  [member: string]: unknown
}

/**
 * Every problem there is: HTTP status, title, and whether repeating the request as it is may help. `throttled` is the gateway's own
 * (infra/constructs/gateway-responses.ts).
 */
export const problems = {
  'malformed-json': [400, 'The body is not JSON'],
  'malformed-header': [400, 'A header is malformed'],
  'idempotency-key-missing': [400, 'The Idempotency-Key header is missing'],
  'idempotency-key-malformed': [400, 'The Idempotency-Key header is malformed'],
  'invalid-cursor': [400, 'The cursor is not one of this list'],
  unauthenticated: [401, 'A valid bearer token is needed'],
  forbidden: [403, 'This is not allowed for your role'],
  'user-deactivated': [403, 'This user is deactivated'],
  'not-found': [404, 'There is no such resource'],
  'transition-not-allowed': [409, 'The status may not change that way'],
  'ticket-closed': [409, 'The ticket is closed'],
  'user-exists': [409, 'The user exists already'],
  'email-taken': [409, 'The e-mail address belongs to another user'],
  'too-many-webhooks': [409, 'The tenant has as many webhooks as it may have'],
  'parking-not-current': [409, 'The saga does not wait at this parking'],
  'write-conflict': [409, 'Too many writes at once on the same thing', true],
  'version-mismatch': [412, 'The resource has changed since'],
  'body-too-large': [413, 'The request is too large'],
  'invalid-request': [422, 'The request is not valid'],
  'idempotency-key-reused': [422, 'The Idempotency-Key was used for another request'],
  'assignee-not-assignable': [422, 'The assignee is not an active agent'],
  'follower-unknown': [422, 'The follower is not an active user'],
  throttled: [429, 'Too many requests', true],
  'internal-error': [500, 'Something went wrong on our side', true],
  'outcome-unknown': [503, 'Whether the request took effect is not known', true],
  unavailable: [503, 'The service is not available right now', true],
} as const satisfies Record<string, readonly [number, string, boolean?]>

export type ProblemSlug = keyof typeof problems

/** The stable URI by which callers tell problems apart. */
function typeOf(slug: ProblemSlug): `https://steadfast.dev/problems/${ProblemSlug}` {
  return `https://steadfast.dev/problems/${slug}`
}

const types = (Object.keys(problems) as ProblemSlug[]).map(typeOf)

/** Every problem's body. */
export const ProblemBody = z
  .looseObject({
    type: z.enum(types),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'Names this occurrence.' }),
    retryable: z.boolean().meta({ description: 'Whether the same request with the same key may do better later.' }),
    errors: z
      .array(z.looseObject({ pointer: z.string(), detail: z.string().optional() }))
      .optional()
      .meta({ description: 'What is wrong where: JSON pointers (RFC 6901).' }),
  })
  .meta({ id: 'Problem', description: 'An error: RFC 9457.' })

/** A refusal of the domain, told to the caller. */
export function problemOf(refusal: Refusal): Problem {
  switch (refusal.why) {
    case 'not-found':
      return new Problem('not-found', `There is no such ${refusal.what}, or it is not yours to see.`)
    case 'forbidden':
      return new Problem('forbidden', refusal.detail)
    case 'transition-not-allowed': {
      const { from, to } = refusal
      return new Problem('transition-not-allowed', `A ticket that is ${from} can't become ${to}.`, { from, to })
    }
    case 'ticket-closed':
      return new Problem('ticket-closed', 'A closed ticket changes only by being reopened: move it to open first.')
    case 'assignee-not-assignable':
      return new Problem(
        'assignee-not-assignable',
        `${refusal.userId} is not an active agent of this tenant.`,
        at('/userId'),
      )
    case 'follower-unknown':
      return new Problem('follower-unknown', `${refusal.userId} is not an active user of this tenant.`)
    case 'user-exists':
      return new Problem('user-exists', `The user ${refusal.userId} was created before.`)
    case 'email-taken':
      return new Problem('email-taken', 'Another user of this tenant has this e-mail address.', at('/email'))
    case 'user-deactivated':
      return new Problem('user-deactivated', 'A deactivated user can change nothing.')
    case 'too-many-webhooks':
      return new Problem('too-many-webhooks', `A tenant has at most ${refusal.max} webhooks: remove one first.`)
    case 'parking-not-current':
      return new Problem(
        'parking-not-current',
        `The saga is not parked as ${refusal.parkingId}: it was resumed, has gone on, or is parked anew. Read it again.`,
      )
    case 'version-mismatch': {
      const { version } = refusal
      if (version === undefined)
        return new Problem('version-mismatch', 'There is no version to match: send this without If-Match.')
      return new Problem('version-mismatch', `The resource is at version ${version}: read it again, then decide.`, {
        headers: { ETag: `"${version}"` },
        version,
      })
    }
    default:
      return refusal satisfies never
  }
}

function at(pointer: string) {
  return { errors: [{ pointer }] }
}
