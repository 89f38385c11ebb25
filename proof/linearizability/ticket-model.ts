import { isTransitionAllowed, type Status } from '../../domain/ticket-status.ts'
import type { Model } from './model.ts'

/** What a client asks of one ticket. */
export type TicketCall =
  | ({ f: 'open' } & Keyed)
  | ({ f: 'comment' } & Keyed)
  | ({ f: 'change-status'; to: Status } & Keyed)
  | ({ f: 'assign'; to: string } & Keyed)
  | { f: 'read' | 'read-events' | 'read-comments' }

interface Keyed {
  /** The Idempotency-Key: calls with the same one are the same request. */
  key: string
  /**
   * After so many successes of this key the state forgets it: a search through thousands of operations would otherwise carry every key in
   * every state. Without it no key is forgotten.
   */
  calls?: number
  /** The result of a call without an answer, if it took effect, because another call of the key was answered so. */
  result?: SeenTicket
}

/** What answers tell of a ticket. The version is said twice, in the ETag and in the body. A new comment's answer has only the ETag. */
export interface SeenTicket {
  etag: number
  version?: number
  status?: Status
  assignee?: string | null
}

export type TicketAnswer =
  /** A change, now or (`replayed`) by an earlier copy of the same request. */
  | ({ is: 'changed'; replayed: boolean } & SeenTicket)
  | ({ is: 'ticket' } & SeenTicket)
  /** How many events or comments the first page lists, and whether there are more. */
  | { is: 'list'; count: number; more: boolean }
  | { is: 'refused'; why: Refusal }

export const refusals = ['not-found', 'ticket-closed', 'transition-not-allowed'] as const
export type Refusal = (typeof refusals)[number]

export interface TicketState {
  /** 0 before it is opened. */
  version: number
  status: Status
  assignee: string | null
  comments: number
  /** The answer to the request of each key that took effect, and how many calls of the key are to come. */
  answers: ReadonlyMap<string, Result & { left: number }>
}

type Result = Required<SeenTicket>
type Write = Extract<TicketCall, { key: string }>

/**
 * A ticket as the API promises it: a change raises the version by one, asking for what is so already changes nothing, a closed ticket is
 * only reopened, and a key takes effect once, whose answer its duplicates get. A duplicate says that it is one.
 */
export const ticketModel: Model<TicketState, TicketCall, TicketAnswer> = {
  initial: { version: 0, status: 'open', assignee: null, comments: 0, answers: new Map() },
  step(state, call, answer) {
    if ('key' in call) return write(state, call, answer)
    if (answer === undefined || isSeen(state, call, answer)) return state
    return undefined
  },
  isObservation(call, answer) {
    return !('key' in call) || answer.is !== 'changed' || answer.replayed
  },
  keyOf({ version, status, assignee, comments, answers }) {
    const kept = [...answers].map(([key, result]) => `${key}=${factsOf(result)},${result.left}`).toSorted()
    return [factsOf({ version, status, assignee }), comments, ...kept].join('|')
  },
}

function isSeen(state: TicketState, call: TicketCall, answer: TicketAnswer): boolean {
  switch (answer.is) {
    case 'refused':
      return answer.why === 'not-found' && state.version === 0
    case 'ticket':
      return state.version > 0 && agrees(answer, resultOf(state))
    case 'list': {
      const count = call.f === 'read-events' ? state.version : state.comments
      return state.version > 0 && (answer.more ? count > answer.count : count === answer.count)
    }
    case 'changed':
      return false
    default:
      return answer satisfies never
  }
}

function write(state: TicketState, call: Write, answer: TicketAnswer | undefined): TicketState | undefined {
  const first = state.answers.get(call.key)
  if (first) {
    if (answer === undefined) return state
    const isReplay = answer.is === 'changed' && answer.replayed && agrees(answer, first)
    return isReplay ? { ...state, answers: withAnswer(state, call.key, { ...first, left: first.left - 1 }) } : undefined
  }
  const outcome = decide(state, call)
  if (outcome === undefined) return undefined
  if (typeof outcome === 'string') {
    const isRefused = answer?.is === 'refused' && answer.why === outcome
    return answer === undefined || isRefused ? state : undefined
  }
  const next = { ...state, ...outcome }
  const result = resultOf(next)
  if (call.result && !agrees(call.result, result)) return undefined
  const isFirst = answer?.is === 'changed' && !answer.replayed && agrees(answer, result)
  if (answer !== undefined && !isFirst) return undefined
  const { key, calls = Number.POSITIVE_INFINITY } = call
  // A call without an answer is no success, so it is not counted.
  return { ...next, answers: withAnswer(state, key, { ...result, left: answer === undefined ? calls : calls - 1 }) }
}

function withAnswer({ answers }: TicketState, key: string, result: Result & { left: number }): TicketState['answers'] {
  const kept = new Map(answers)
  if (result.left > 0) kept.set(key, result)
  else kept.delete(key)
  return kept
}

/** What the call changes, or why it is refused; undefined where it cannot happen. */
function decide(
  { version, status, assignee, comments }: TicketState,
  call: Write,
): Partial<TicketState> | Refusal | undefined {
  if (call.f === 'open') return version === 0 ? { version: 1 } : undefined
  if (version === 0) return 'not-found'
  const changed = { version: version + 1 }
  switch (call.f) {
    case 'change-status':
      if (call.to === status) return {}
      return isTransitionAllowed(status, call.to) ? { ...changed, status: call.to } : 'transition-not-allowed'
    case 'comment':
      return status === 'closed' ? 'ticket-closed' : { ...changed, comments: comments + 1 }
    case 'assign':
      if (status === 'closed') return 'ticket-closed'
      return call.to === assignee ? {} : { ...changed, assignee: call.to }
    default:
      return call satisfies never
  }
}

function factsOf({ version, status, assignee }: Pick<TicketState, 'version' | 'status' | 'assignee'>): string {
  return `${version},${status},${assignee}`
}

function resultOf({ version, status, assignee }: TicketState): Result {
  return { etag: version, version, status, assignee }
}

/** Whether an answer says the same, as far as it says anything. */
function agrees(seen: SeenTicket, expected: Result): boolean {
  const { etag, version = expected.version, status = expected.status, assignee = expected.assignee } = seen
  return (
    etag === expected.etag &&
    version === expected.version &&
    status === expected.status &&
    assignee === expected.assignee
  )
}
