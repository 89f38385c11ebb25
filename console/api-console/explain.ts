import type { Claims } from './token.ts'

/** What the API says of a refusal (RFC 9457). */
export interface ApiProblem {
  type: string
  title: string
  detail: string
  retryable: boolean
}

/** A refusal in plain words, with what to do next. */
export interface Explained {
  why: string
  /** Whether asking again may help. */
  isRetryable: boolean
  /** The token is of no use any more. */
  endsSession: boolean
  /** The wait that the API asks for. */
  retryAfterMs?: number
}

/** What an answer of the API that is no success means to the operator who acts by this token. */
export function explain(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  { type = '', title, detail, retryable = status >= 500 }: Partial<ApiProblem>,
  { role, expiresAtMs, nowMs }: Pick<Claims, 'role' | 'expiresAtMs'> & { nowMs: number },
): Explained {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN)
  const isRetryable = retryable === true
  const base = { isRetryable, endsSession: false, ...(seconds > 0 && { retryAfterMs: seconds * 1_000 }) }
  if (status === 401) return { ...base, endsSession: true, why: whyUnauthenticated(expiresAtMs, nowMs) }
  if (type.endsWith('/user-deactivated'))
    return { ...base, endsSession: true, why: 'Your user is deactivated. Ask an admin of your tenant.' }
  if (status === 403)
    return { ...base, why: `Your role is ${role}, and this needs an admin. Sign in with the token of an admin.` }
  if (status === 429) return { ...base, isRetryable: true, why: 'The API takes no more requests for now.' }
  const problem = [title, detail].filter((text) => typeof text === 'string' && text !== '').join(': ')
  return { ...base, why: problem === '' ? `The API answered ${status}.` : `${problem.replace(/\.$/, '')}.` }
}

/** A clock may be a little off. */
const leewayMs = 60_000

function whyUnauthenticated(expiresAtMs: number, nowMs: number): string {
  if (nowMs >= expiresAtMs - leewayMs)
    return `Your token expired at ${new Date(expiresAtMs).toLocaleTimeString('en-GB')}. Get a new one, and sign in with it.`
  return 'The API does not accept this token. It may be of another stage, issuer or audience, or withdrawn: get one for this stage.'
}
