import * as z from 'zod'
import { followersMax, ticketEventsMax } from '../../domain/ticket-limits.ts'

/**
 * An error as API users see it: RFC 9457 `application/problem+json` with a stable `type`. `retryable` says whether repeating the
 * same request with the same key may succeed.
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

  /** The response body; `instance` identifies the request that failed. However long the request is, the body stays below 32 KB. */
  toBody(correlationId: string): Record<string, unknown> {
    return {
      type: typeUri(this.slug),
      title: this.title,
      status: this.status,
      detail: clipped(this.message, detailCharsMax),
      instance: `urn:steadfast:request:${correlationId}`,
      retryable: this.retryable,
      ...this.extensions,
    }
  }
}

/** Longer than any text of ours; what exceeds it repeats a part of the request. */
const detailCharsMax = 500
const pointerCharsMax = 80

/** Errors that a response lists: more than a form has fields, and few enough to read. */
const errorsMax = 50

/** One invalid member of a request, by its JSON pointer (RFC 6901). */
interface InvalidMember {
  pointer: string
  detail: string
}

/** The problem that lists what is invalid about a request: at most `errorsMax` errors, and how many more there are. */
export function invalidRequest(detail: string, found: readonly InvalidMember[]): Problem {
  const errors = found.slice(0, errorsMax).map((error) => ({
    pointer: clipped(error.pointer, pointerCharsMax),
    detail: clipped(error.detail, detailCharsMax),
  }))
  const omittedErrors = found.length - errors.length
  return new Problem('invalid-request', detail, { errors, ...(omittedErrors > 0 && { omittedErrors }) })
}

function clipped(text: string, charsMax: number): string {
  return text.length <= charsMax ? text : `${text.slice(0, charsMax - 1).toWellFormed()}…`
}

interface ProblemExtras {
  headers?: Record<string, string>
  [member: string]: unknown
}

/**
 * All problems: HTTP status, title, and whether repeating the unchanged request may help. The gateway sends some of them itself
 * (infra/constructs/gateway-responses.ts), with the same titles: `throttled` comes from it when the stage has too many requests,
 * and from functions when one tenant does.
 */
export const problems = {
  'malformed-json': [400, 'The body is not valid JSON'],
  'malformed-header': [400, 'A request header is malformed'],
  'idempotency-key-missing': [400, 'The Idempotency-Key header is missing'],
  'idempotency-key-malformed': [400, 'The Idempotency-Key header is malformed'],
  'invalid-cursor': [400, 'The cursor does not belong to this list'],
  unauthenticated: [401, 'A valid bearer token is required'],
  forbidden: [403, 'Your role does not allow this operation'],
  'user-deactivated': [403, 'Your user is deactivated'],
  'not-found': [404, 'The resource does not exist'],
  'transition-not-allowed': [409, 'This change of status is not allowed'],
  'ticket-closed': [409, 'The ticket is closed'],
  'user-exists': [409, 'The user already exists'],
  'email-taken': [409, 'The e-mail address belongs to another user'],
  'too-many-webhooks': [409, 'The tenant has reached its limit of webhooks'],
  'too-many-holds': [409, 'The tenant has reached its limit of holds'],
  'sla-policy-overlaps': [409, 'Another SLA policy is valid at the same time'],
  'too-many-sla-policies': [409, 'The tenant has reached its limit of SLA policies'],
  'ticket-full': [409, `The ticket has reached its limit of ${ticketEventsMax} events`],
  'too-many-followers': [409, `The ticket has reached its limit of ${followersMax} followers`],
  'too-many-uploads': [409, 'You have too many uploads in progress'],
  'attachment-quota-used-up': [409, 'The quota for attachments is used up'],
  'attachment-not-ready': [409, 'The attachment is not ready'],
  'parking-not-current': [409, 'The saga is not waiting at this parking'],
  'not-blocked-there': [409, 'The consumer is not blocked at this event'],
  'saga-not-between-attempts': [409, 'The saga is not waiting for its next attempt'],
  'not-the-cause': [409, 'Another event has set what is to be corrected'],
  'write-conflict': [409, 'The resource is being changed by other requests', true],
  'version-mismatch': [412, 'The resource has changed since you read it'],
  'body-too-large': [413, 'The request is too large'],
  'invalid-request': [422, 'The request is not valid'],
  'idempotency-key-reused': [422, 'The Idempotency-Key was used for a different request'],
  'assignee-not-assignable': [422, 'The assignee is not an active agent'],
  'follower-unknown': [422, 'The follower is not an active user'],
  throttled: [429, 'Too many requests', true],
  'internal-error': [500, 'An unexpected error occurred', true],
  'outcome-unknown': [503, 'It is unknown whether the request took effect', true],
  'view-behind': [503, 'The read model does not reflect this write yet', true],
  unavailable: [503, 'The service is temporarily unavailable', true],
} as const satisfies Record<string, readonly [number, string, boolean?]>

export type ProblemSlug = keyof typeof problems

/** The `type` by which clients tell problems apart. It never changes. */
function typeUri(slug: ProblemSlug): `https://steadfast.dev/problems/${ProblemSlug}` {
  return `https://steadfast.dev/problems/${slug}`
}

const types = (Object.keys(problems) as ProblemSlug[]).map(typeUri)

/** The schema of every problem's body. */
export const ProblemBody = z
  .looseObject({
    type: z.enum(types),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().meta({ description: 'Identifies this occurrence of the problem.' }),
    retryable: z
      .boolean()
      .meta({ description: 'Whether repeating the same request with the same Idempotency-Key may succeed.' }),
    errors: z
      .array(z.looseObject({ pointer: z.string(), detail: z.string().optional() }))
      .max(errorsMax)
      .optional()
      .meta({
        description: `The invalid members of the request, each by its JSON pointer (RFC 6901): at most ${errorsMax}, long pointers are cut off.`,
      }),
    omittedErrors: z
      .int()
      .positive()
      .optional()
      .meta({ description: 'The number of further errors, not in `errors`.' }),
  })
  .meta({ id: 'Problem', description: 'An error (RFC 9457).' })
