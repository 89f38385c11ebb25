import type { TicketOperation } from '../linearizability/forget-keys.ts'
import { type Refusal, refusals, type TicketAnswer, type TicketCall } from '../linearizability/ticket-model.ts'
import { isSuccess, type RequestAttempt, type RequestResult } from './attempt.ts'
import type { PlannedRequest } from './plan.ts'
import { factsOf, type ReadAnswer, type ReadAttempt, versionOf } from './read.ts'
import type { LoadRun } from './run-load.ts'

/** Everything that clients asked and learned of each ticket, in no order. */
export type TicketHistories = Map<string, TicketOperation[]>

/**
 * What the clients of a run saw. A definite failure took no effect and is left out, unless the ticket's state must have been its reason; so
 * is a read that failed. A write whose answer was lost, or is an error after which the outcome is unknown, stays open.
 */
export function ticketHistories({ results, reads }: Pick<LoadRun, 'results' | 'reads'>): TicketHistories {
  const histories: TicketHistories = new Map()
  const add = (ticketId: string | undefined, operation: TicketOperation | undefined) => {
    if (ticketId === undefined || !operation) return
    const history = histories.get(ticketId)
    if (history) history.push(operation)
    else histories.set(ticketId, [operation])
  }
  for (const result of results) {
    const call = toCall(result.request)
    if (!call) continue
    for (const attempt of result.attempts) add(ticketOf(result, attempt), toWrite(call, attempt))
  }
  for (const attempt of reads) if ('ticketId' in attempt.read) add(attempt.read.ticketId, toRead(attempt))
  return histories
}

function toCall({ operation, key, body }: PlannedRequest): TicketCall | undefined {
  switch (operation) {
    case 'POST /tickets':
      return { f: 'open', key }
    case 'POST /tickets/{ticketId}/comments':
      return { f: 'comment', key }
    case 'POST /tickets/{ticketId}/transitions': {
      const { to } = body as Extract<TicketCall, { f: 'change-status' }>
      return { f: 'change-status', key, to }
    }
    case 'PUT /tickets/{ticketId}/assignee':
      return { f: 'assign', key, to: (body as { userId: string }).userId }
    default:
      return undefined
  }
}

/** A copy of the opening that got no answer opened the ticket that the others were answered with. */
function ticketOf({ request, body }: RequestResult, { answer }: RequestAttempt): string | undefined {
  if (request.operation !== 'POST /tickets') return request.path.split('/')[2]
  const own = answer === undefined ? undefined : (parsed(JSON.parse(answer).body)?.id as string | undefined)
  return own ?? (body?.id as string | undefined)
}

function toWrite(call: TicketCall, attempt: RequestAttempt): TicketOperation | undefined {
  const { startedAtMs: invokedAtMs, endedAtMs } = attempt
  if (attempt.outcome === 'lost' || attempt.answer === undefined || endedAtMs === undefined)
    return { call, invokedAtMs }
  const { etag, body } = JSON.parse(attempt.answer)
  const answered = parsed(body)
  if (isSuccess(attempt)) {
    const facts = call.f === 'comment' ? {} : factsOf(answered as never)
    const answer = { is: 'changed', replayed: attempt.replayed ?? false, etag: versionOf(etag), ...facts } as const
    return { call, invokedAtMs, returned: { atMs: endedAtMs, answer } }
  }
  const problem = typeof answered?.type === 'string' ? answered.type.split('/').at(-1) : undefined
  // Something in between answers without a problem type, and does not know what the function did.
  if (problem === undefined || (attempt.status ?? 0) >= 500) return { call, invokedAtMs }
  const why = refusals.find((refusal): refusal is Refusal => refusal === problem)
  return why && { call, invokedAtMs, returned: { atMs: endedAtMs, answer: { is: 'refused', why } } }
}

const readCalls = { ticket: 'read', events: 'read-events', comments: 'read-comments' } as const

function toRead({ read, startedAtMs, endedAtMs, answer }: ReadAttempt): TicketOperation | undefined {
  const seen = answer && toTicketAnswer(answer)
  if (!seen || !(read.kind in readCalls)) return undefined
  const call = { f: readCalls[read.kind as keyof typeof readCalls] }
  return { call, invokedAtMs: startedAtMs, returned: { atMs: endedAtMs, answer: seen } }
}

function toTicketAnswer(answer: ReadAnswer): TicketAnswer | undefined {
  switch (answer.kind) {
    case 'ticket':
      return { is: 'ticket', etag: answer.etag, ...factsOf(answer) }
    case 'page':
      return { is: 'list', count: answer.count, more: answer.more }
    case 'not-found':
      return { is: 'refused', why: 'not-found' }
    default:
      return undefined
  }
}

/** An object of JSON; undefined for any other text. */
function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return Object(JSON.parse(text))
  } catch {
    return undefined
  }
}
