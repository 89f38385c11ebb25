import { setTimeout } from 'node:timers/promises'
import { fetchWhole } from '../fetch-whole.ts'
import { monotonicNowMs } from '../monotonic-clock.ts'
import { isRetryable, isSuccess, type RequestAttempt, type RequestResult } from './attempt.ts'
import type { PlannedRequest } from './plan.ts'

/** How long lost and retryable requests are retried: longer than a stack takes to restart. */
const retryForMs = 120_000
const retryDelayMsMax = 1_000

/** The caller. */
export type Caller = Pick<PlannedRequest, 'tenant' | 'user' | 'role'>

export interface Sender {
  apiUrl: string
  tokenFor(caller: Caller): Promise<string>
  onAttempt(attempt: RequestAttempt, request: PlannedRequest): void
}

/**
 * Sends all copies of a request at once and retries each with the same key until its answer is final. The latency of a first attempt
 * counts from `intendedAtMs` (`performance.now()`), so that a late sender does not make a slow target look fast (coordinated omission).
 */
export async function sendCopies(
  sender: Sender,
  request: PlannedRequest,
  copies: number,
  intendedAtMs = performance.now(),
): Promise<RequestResult> {
  const attempts = (
    await Promise.all(Array.from({ length: copies }, (_, copy) => sendUntilFinal(sender, request, copy, intendedAtMs)))
  ).flat()
  const success = attempts.find(isSuccess)
  return { request, attempts, body: success?.answer ? JSON.parse(JSON.parse(success.answer).body) : undefined }
}

async function sendUntilFinal(
  sender: Sender,
  request: PlannedRequest,
  copy: number,
  intendedAtMs: number,
): Promise<RequestAttempt[]> {
  const attempts: RequestAttempt[] = []
  const startedAtMs = performance.now()
  for (let round = 0; ; round++) {
    const attempt = await sendOnce(sender, request, copy, round === 0 ? intendedAtMs : performance.now())
    attempts.push(attempt)
    sender.onAttempt(attempt, request)
    const isFinal = attempt.outcome === 'answered' && !attempt.retryable
    if (isFinal || performance.now() - startedAtMs > retryForMs) return attempts
    await setTimeout(Math.random() * Math.min(retryDelayMsMax, 50 * 2 ** round))
  }
}

async function sendOnce(
  { apiUrl, tokenFor }: Sender,
  request: PlannedRequest,
  copy: number,
  intendedAtMs: number,
): Promise<RequestAttempt> {
  const token = await tokenFor(request)
  const startedAtMs = monotonicNowMs()
  const toAttempt = (result: Pick<RequestAttempt, 'outcome'> & Partial<RequestAttempt>): RequestAttempt => ({
    key: request.key,
    copy,
    startedAtMs,
    endedAtMs: monotonicNowMs(),
    latencyMs: performance.now() - intendedAtMs,
    ...result,
  })
  try {
    const response = await fetchWhole(`${apiUrl}${request.path}`, {
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
    return toAttempt({
      outcome: 'answered',
      status,
      answer: JSON.stringify({ status, location, etag, contentType, body }),
      replayed: headers.get('idempotent-replayed') === 'true',
      retryable: isRetryable(status, body),
    })
  } catch {
    return toAttempt({ outcome: 'lost' })
  }
}
