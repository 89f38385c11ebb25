import type { RequestAttempt } from '../../../proof/load/attempt.ts'
import type { Row } from '../../../tables/store.ts'
import { anyRow, type Corruption } from './corruption.ts'

export const idempotencyCorruptions: readonly Corruption[] = [
  {
    invariant: 8,
    what: 'an answered request whose event is gone',
    corrupt: (tamper) => tamper.change('RequestKeys', (row) => row.seq !== undefined, { seq: 77 }),
  },
  {
    invariant: 8,
    what: 'an acknowledged request without a stored answer',
    attempts: (_, nowMs) => [answered({ key: 'never-stored', status: 201, startedAtMs: nowMs - 1_000 })],
  },
  {
    invariant: 9,
    what: 'two effects of one request',
    corrupt: (tamper) => tamper.sameRequestTwice(0),
  },
  {
    invariant: 10,
    what: 'two answers for one key',
    attempts: ([request]) => [
      answered({ key: keyOf(request), status: 201, answer: answerOf(request) }),
      answered({ key: keyOf(request), status: 201, answer: JSON.stringify({ body: '{}' }) }),
    ],
  },
  {
    invariant: 11,
    what: 'an effect under a key whose answer is for another one',
    corrupt: (tamper) => tamper.sameRequestTwice(0),
  },
  {
    invariant: 11,
    what: 'two requests that were accepted under one key',
    attempts: ([request]) =>
      ['POST one', 'POST another'].map((sent) => {
        return answered({ key: keyOf(request), status: 201, answer: answerOf(request), request: sent })
      }),
  },
  {
    invariant: 12,
    what: 'an effect of a request that was definitely refused',
    attempts: ([request]) => [answered({ key: keyOf(request), status: 422, retryable: false })],
  },
  {
    invariant: 13,
    what: 'two effects of one request, twenty minutes apart',
    corrupt: (tamper) => tamper.sameRequestTwice(20 * 60_000),
  },
  {
    invariant: 13,
    what: 'one event id on two events',
    corrupt: (tamper) => tamper.change('Events', anyRow, { id: 'the-same' }, 2),
  },
]

function answered(attempt: Pick<RequestAttempt, 'key' | 'status'> & Partial<RequestAttempt>): RequestAttempt {
  return { copy: 0, outcome: 'answered', startedAtMs: 0, latencyMs: 1, ...attempt }
}

function keyOf(request: Row | undefined): string {
  return String(request?.pk).split('#').at(-1) ?? ''
}

function answerOf(request: Row | undefined): string {
  return JSON.stringify({ body: (request?.answer as { body: string } | undefined)?.body })
}
