import { setTimeout } from 'node:timers/promises'
import { isSuccess, type Played, type RequestAttempt } from './attempt.ts'
import type { PlannedRequest } from './plan.ts'

/** A request is tried again this long when connections break or answers are retryable: longer than a stack takes to restart. */
const persistenceMs = 120_000
const retryDelayMsMax = 1_000

export interface Sender {
  apiUrl: string
  tokenFor(request: PlannedRequest): Promise<string>
  onAttempt(attempt: RequestAttempt): void
}

/**
 * Sends all copies of a request at once, each repeated with the same key until its answer is final. Latency counts from when the
 * request was due (`performance.now()`), so that a sender which is late does not make a slow target look fast.
 */
export async function sendCopies(
  sender: Sender,
  request: PlannedRequest,
  copies: number,
  dueAtMs = performance.now(),
): Promise<Played> {
  const attempts = (
    await Promise.all(Array.from({ length: copies }, (_, copy) => persist(sender, request, copy, dueAtMs)))
  ).flat()
  const success = attempts.find(isSuccess)
  return { request, attempts, result: success?.answer ? JSON.parse(JSON.parse(success.answer).body) : undefined }
}

async function persist(
  sender: Sender,
  request: PlannedRequest,
  copy: number,
  dueAtMs: number,
): Promise<RequestAttempt[]> {
  const attempts: RequestAttempt[] = []
  const startedAtMs = performance.now()
  for (let round = 0; ; round++) {
    const attempt = await sendOnce(sender, request, copy, round === 0 ? dueAtMs : performance.now())
    attempts.push(attempt)
    sender.onAttempt(attempt)
    const final = attempt.outcome === 'answered' && !attempt.retryable
    if (final || performance.now() - startedAtMs > persistenceMs) return attempts
    await setTimeout(Math.random() * Math.min(retryDelayMsMax, 50 * 2 ** round))
  }
}

async function sendOnce(
  { apiUrl, tokenFor }: Sender,
  request: PlannedRequest,
  copy: number,
  dueAtMs: number,
): Promise<RequestAttempt> {
  const token = await tokenFor(request)
  const startedAtMs = Date.now()
  const told = (rest: Pick<RequestAttempt, 'outcome'> & Partial<RequestAttempt>): RequestAttempt => ({
    key: request.key,
    copy,
    startedAtMs,
    latencyMs: performance.now() - dueAtMs,
    ...rest,
  })
  try {
    const response = await fetch(`${apiUrl}${request.path}`, {
      method: request.method,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': request.key,
      },
      body: JSON.stringify(request.body),
    })
    const body = await response.text()
    const { status, headers } = response
    const [location, etag, contentType] = [headers.get('location'), headers.get('etag'), headers.get('content-type')]
    return told({
      outcome: 'answered',
      status,
      answer: JSON.stringify({ status, location, etag, contentType, body }),
      replayed: headers.get('idempotent-replayed') === 'true',
      retryable: status >= 400 && isRetryable(body),
    })
  } catch {
    return told({ outcome: 'lost' })
  }
}

/** As problem+json tells; an answer that is none came from something in between, which may do better later. */
function isRetryable(body: string): boolean {
  try {
    return JSON.parse(body).retryable === true
  } catch {
    return true
  }
}
