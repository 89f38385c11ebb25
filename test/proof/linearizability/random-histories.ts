import fc from 'fast-check'
import { statuses } from '../../../domain/ticket-status.ts'
import type { TicketOperation } from '../../../proof/linearizability/forget-keys.ts'
import type { Model } from '../../../proof/linearizability/model.ts'
import {
  refusals,
  type TicketAnswer,
  type TicketCall,
  type TicketState,
  ticketModel,
} from '../../../proof/linearizability/ticket-model.ts'

const key = fc.constantFrom('k1', 'k2', 'k3', 'k4')

const call: fc.Arbitrary<TicketCall> = fc.oneof(
  fc.record({ f: fc.constant('comment' as const), key: key.map((name) => `comment-${name}`) }),
  fc
    .record({ to: fc.constantFrom(...statuses), key })
    .map(({ to, key }) => ({ f: 'change-status' as const, to, key: `${to}-${key}` })),
  fc.constantFrom('ada', 'ben').map((to) => ({ f: 'assign' as const, to, key: `assign-${to}` })),
  fc.constantFrom('read', 'read-events', 'read-comments').map((f) => ({ f }) as TicketCall),
)

/** When an operation took effect, how long before and after that its client waited, and whether the client got the answer. */
const course = fc.record({
  call,
  beforeMs: fc.nat({ max: 30 }),
  afterMs: fc.nat({ max: 30 }),
  answered: fc.nat({ max: 6 }),
})

/** A history that happened: each operation took effect between its invocation and its end, one every 10 ms, as the model says. */
export function happened(
  model: Model<TicketState, TicketCall, TicketAnswer>,
  lengthMax: number,
): fc.Arbitrary<TicketOperation[]> {
  const opening = { call: { f: 'open', key: 'open' } as const, beforeMs: 0, afterMs: 0, answered: 1 }
  return fc.array(course, { minLength: 1, maxLength: lengthMax }).map((courses) => {
    let state = model.initial
    return [opening, ...courses].map(({ call, beforeMs, afterMs, answered }, index): TicketOperation => {
      const atMs = index * 10
      const invokedAtMs = atMs - beforeMs
      const answer = answerOf(state, call)
      state = model.step(state, call, answer) ?? state
      if ('key' in call && answered === 0) return { call, invokedAtMs }
      return { call, invokedAtMs, returned: { atMs: atMs + afterMs, answer } }
    })
  })
}

/** Histories that may have happened or not: answers were swapped between operations of one kind, so some are stale, lost or made up. */
export function doubtful(
  model: Model<TicketState, TicketCall, TicketAnswer>,
  lengthMax: number,
): fc.Arbitrary<TicketOperation[]> {
  return fc
    .tuple(happened(model, lengthMax), fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 2 }))
    .map(([operations, swaps]) => {
      const swapped = [...operations]
      for (const [first, second] of swaps) {
        const [one, other] = [swapped[first % swapped.length], swapped[second % swapped.length]]
        if (!one?.returned || !other?.returned) continue
        swapped[first % swapped.length] = { ...one, returned: { ...one.returned, answer: other.returned.answer } }
        swapped[second % swapped.length] = { ...other, returned: { ...other.returned, answer: one.returned.answer } }
      }
      return swapped
    })
}

/** What a correct ticket answers in this state: of all answers that are made from what is there, the one that the model takes. */
function answerOf(state: TicketState, call: TicketCall): TicketAnswer {
  const { version, status, assignee, comments, answers } = state
  if (call.f === 'read') return { is: 'ticket', etag: version, version, status, assignee }
  if (call.f === 'read-events') return { is: 'list', count: version, more: false }
  if (!('key' in call)) return { is: 'list', count: comments, more: false }
  const first = answers.get(call.key)
  const all: TicketAnswer[] = [
    ...(first ? [{ is: 'changed', replayed: true, ...first } as const] : []),
    { is: 'changed', replayed: false, etag: version },
    { is: 'changed', replayed: false, etag: version + 1 },
    ...refusals.map((why) => ({ is: 'refused', why }) as const),
  ]
  const answer = all.find((possible) => ticketModel.step(state, call, possible))
  if (!answer) throw new Error(`the model takes no answer to ${JSON.stringify(call)}`)
  return answer
}
