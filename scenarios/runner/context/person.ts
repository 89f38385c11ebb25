import type { Role } from '../../../domain/user.ts'
import { signToken } from '../../../localstack/embedded/token-keys.ts'
import type { RequestAttempt } from '../../../proof/load/attempt.ts'
import type { Target } from '../../../proof/target.ts'

/** One sending of one request, with what came back. */
export interface Reply {
  /** Undefined when the connection broke: nobody knows whether it took effect. */
  status: number | undefined
  /** The bytes of the body. */
  text: string
  body: Record<string, unknown>
  replayed: boolean
  retryable: boolean
}

/** A request and its answer as the wire carried them. */
export interface Exchange {
  who: string
  request: string
  answer: string
  startedAtMs: number
  endedAtMs: number
}

/** The API as one person uses it. */
export interface Person {
  name: string
  get(path: string): Promise<Reply>
  /** A write, once. Its key is a fresh one unless it is given. */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, key?: string): Promise<Reply>
  /** A write, with the same key again and again until its answer is definite. */
  sendUntilAnswered(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown, key?: string): Promise<Reply>
}

/** Where exchanges and, for the checker, attempts are kept. */
export interface Recording {
  exchanges: Exchange[]
  attempts: RequestAttempt[]
}

/** Longer than a stack takes to get over any fault of a scenario. */
const answerMsMax = 60_000

const now = () => performance.timeOrigin + performance.now()

export function person(
  target: Target,
  { tenant, user, role }: { tenant: string; user: string; role: Role },
  record: Recording,
): Person {
  async function call(method: string, path: string, body?: unknown, key?: string): Promise<Reply> {
    const token = await signToken(target.dataDir, { tenant, user, role })
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(key !== undefined && { 'Idempotency-Key': key }),
    }
    const startedAtMs = now()
    const tell = (answer: string) =>
      record.exchanges.push({ who: user, request: `${method} ${shown(path)}`, answer, startedAtMs, endedAtMs: now() })
    const asked = JSON.stringify([user, method, path, body])
    const attempt = { key: key ?? '', tenant, request: asked, copy: 0, startedAtMs, latencyMs: 0 }
    try {
      const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
      const response = await fetch(`${target.apiUrl}${path}`, init)
      const text = await response.text()
      const reply = replyOf(response, text)
      tell(`${response.status}${reply.replayed ? ' replayed' : ''}`)
      if (key !== undefined) {
        const [location, etag, contentType] = ['location', 'etag', 'content-type'].map((each) =>
          response.headers.get(each),
        )
        const answer = JSON.stringify({ status: response.status, location, etag, contentType, body: text })
        const { replayed, retryable } = reply
        record.attempts.push({
          ...attempt,
          latencyMs: now() - startedAtMs,
          outcome: 'answered',
          status: response.status,
          answer,
          replayed,
          retryable,
        })
      }
      return reply
    } catch {
      tell('no answer')
      if (key !== undefined) record.attempts.push({ ...attempt, outcome: 'lost' })
      return { status: undefined, text: '', body: {}, replayed: false, retryable: true }
    }
  }

  return {
    name: user,
    get: (path) => call('GET', path),
    send: (method, path, body, key = crypto.randomUUID()) => call(method, path, body, key),
    async sendUntilAnswered(method, path, body, key = crypto.randomUUID()) {
      const deadlineMs = now() + answerMsMax
      for (let round = 0; ; round++) {
        const reply = await call(method, path, body, key)
        if (!reply.retryable || now() > deadlineMs) return reply
        await new Promise((done) => setTimeout(done, Math.random() * Math.min(1_000, 50 * 2 ** round)))
      }
    },
  }
}

function replyOf(response: Response, text: string): Reply {
  const { status, headers } = response
  const replayed = headers.get('idempotent-replayed') === 'true'
  try {
    const body = text ? JSON.parse(text) : {}
    return { status, text, body, replayed, retryable: status >= 400 && body.retryable === true }
  } catch {
    // Something in between answered, which may do better later.
    return { status, text, body: {}, replayed, retryable: true }
  }
}

/** Ids say nothing to a reader. */
function shown(path: string): string {
  return path.replaceAll(/\/(tickets|attachments|sagas|notices)\/[^/?]+/g, '/$1/{id}')
}
