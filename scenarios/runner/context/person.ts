import type { Role } from '../../../domain/user.ts'
import { signToken } from '../../../localstack/steadfast/token-keys.ts'
import { fetchWhole } from '../../../proof/fetch-whole.ts'
import { isRetryable } from '../../../proof/load/attempt.ts'
import type { ViewRead } from '../../../proof/load/view-read.ts'
import { monotonicNowMs as nowMs } from '../../../proof/monotonic-clock.ts'
import type { Target } from '../../../proof/target.ts'
import type { Recording } from '../recording/exchange.ts'

/** The answer to one request that was sent once. */
export interface Reply {
  /** Undefined when the connection broke: the outcome is unknown. */
  status: number | undefined
  /** The bytes of the body. */
  text: string
  body: Record<string, unknown>
  replayed: boolean
  retryable: boolean
  /** Why a read model says that it may lack something: `X-View-Stale`. */
  stale: string | null
}

type WriteMethod = 'POST' | 'PUT' | 'DELETE'

/** The API as one user calls it. */
export interface Person {
  name: string
  get(path: string): Promise<Reply>
  /** Sends a write once; without a `key`, under a new one. */
  send(method: WriteMethod, path: string, body?: unknown, key?: string): Promise<Reply>
  /** Sends a write, and repeats it with the same key as long as the answer is retryable or missing, for a minute and thirty times. */
  sendUntilAnswered(method: WriteMethod, path: string, body?: unknown, key?: string): Promise<Reply>
}

/** Longer than a stack needs to recover from any fault of a scenario. */
const retryMsMax = 60_000

/**
 * On a busy machine tries take longer, and the time alone would allow only a few: whoever gives up has tried as often as on an idle one.
 */
const triesMin = 30

export function person(
  target: Target,
  { tenant, user, role }: { tenant: string; user: string; role: Role },
  recording: Recording,
): Person {
  async function call(method: string, path: string, body?: unknown, key?: string): Promise<Reply> {
    const token = await signToken(target.dataDir, { tenant, user, role })
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(key !== undefined && { 'Idempotency-Key': key }),
    }
    const startedAtMs = nowMs()
    const recordExchange = (answer: string) =>
      recording.exchanges.push({
        who: user,
        request: `${method} ${withoutIds(path)}`,
        answer,
        startedAtMs,
        endedAtMs: nowMs(),
      })
    const request = JSON.stringify([user, method, path, body])
    const attempt = { key: key ?? '', tenant, request, copy: 0, startedAtMs, latencyMs: 0 }
    try {
      const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
      const response = await fetchWhole(`${target.apiUrl}${path}`, init)
      const text = await response.text()
      const reply = toReply(response, text)
      recordExchange(`${response.status}${reply.replayed ? ' replayed' : ''}`)
      const viewRead = toViewRead(tenant, path, response)
      if (viewRead) recording.viewReads.push(viewRead)
      if (key !== undefined)
        recording.attempts.push({
          ...attempt,
          latencyMs: nowMs() - startedAtMs,
          outcome: 'answered',
          status: response.status,
          answer: replayedPart(response, text),
          replayed: reply.replayed,
          retryable: reply.retryable,
        })
      return reply
    } catch {
      recordExchange('no answer')
      if (key !== undefined) recording.attempts.push({ ...attempt, outcome: 'lost' })
      return { status: undefined, text: '', body: {}, replayed: false, retryable: true, stale: null }
    }
  }

  return {
    name: user,
    get: (path) => call('GET', path),
    send: (method, path, body, key = crypto.randomUUID()) => call(method, path, body, key),
    async sendUntilAnswered(method, path, body, key = crypto.randomUUID()) {
      const deadlineMs = nowMs() + retryMsMax
      for (let retries = 0; ; retries++) {
        const reply = await call(method, path, body, key)
        if (!reply.retryable || (retries >= triesMin && nowMs() > deadlineMs)) return reply
        await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(1_000, 50 * 2 ** retries)))
      }
    },
  }
}

/** What a read model answered that was asked to reflect a write; undefined for any other answer. */
function toViewRead(tenant: string, path: string, { ok, headers }: Response): ViewRead | undefined {
  const { pathname, searchParams } = new URL(path, 'http://api')
  const [version, ticket] = [searchParams.get('consistentWith'), searchParams.get('ticket')]
  if (!ok || version === null || ticket === null) return undefined
  const viewSequence = Number(headers.get('x-view-sequence'))
  return { tenant, path: pathname, ticket, version: Number(version.replaceAll('"', '')), viewSequence }
}

/** The parts of an answer that every replay must repeat. */
function replayedPart(response: Response, text: string): string {
  const header = (name: string) => response.headers.get(name)
  return JSON.stringify({
    status: response.status,
    location: header('location'),
    etag: header('etag'),
    contentType: header('content-type'),
    body: text,
  })
}

function toReply(response: Response, text: string): Reply {
  const { status, headers } = response
  const replayed = headers.get('idempotent-replayed') === 'true'
  const retryable = isRetryable(status, text)
  return { status, text, body: parsedOrEmpty(text), replayed, retryable, stale: headers.get('x-view-stale') }
}

/** The API answers JSON; what is not came from something in front of it. */
function parsedOrEmpty(text: string): Record<string, unknown> {
  try {
    return text ? JSON.parse(text) : {}
  } catch {
    return {}
  }
}

function withoutIds(path: string): string {
  return path
    .replaceAll(/\/(tickets|attachments|sagas|notices)\/[^/?]+/g, '/$1/{id}')
    .replaceAll(/([?&]ticket=)[^&]+/g, '$1{id}')
}
