import type { Operation } from './model.ts'
import type { SeenTicket, TicketAnswer, TicketCall } from './ticket-model.ts'

export type TicketOperation = Operation<TicketCall, TicketAnswer>

/** What the calls with one key tell of each other. */
interface SameKey {
  firstUnknown?: TicketOperation
  successes: number
  isRefused: boolean
  result?: SeenTicket
}

/**
 * The same history, easier to search. Of several calls with one key and unknown outcomes only the first is kept: whatever a later one may
 * have done, the first may have done too. It can only have done what the others were answered with. And each call says how many with its
 * key there are, so that the model can forget the key.
 */
export function forgetKeys(operations: readonly TicketOperation[]): TicketOperation[] {
  const byKey = new Map<string, SameKey>()
  for (const operation of operations) {
    const { call, returned, invokedAtMs } = operation
    if (!('key' in call)) continue
    const same = byKey.get(call.key) ?? { successes: 0, isRefused: false }
    byKey.set(call.key, same)
    if (!returned && invokedAtMs < (same.firstUnknown?.invokedAtMs ?? Number.POSITIVE_INFINITY))
      same.firstUnknown = operation
    if (returned?.answer.is === 'refused') same.isRefused = true
    if (returned?.answer.is !== 'changed') continue
    same.successes++
    same.result ??= returned.answer
  }
  return operations.flatMap((operation) => {
    const { call, returned } = operation
    const same = 'key' in call && byKey.get(call.key)
    if (!same) return [operation]
    const { firstUnknown, successes, isRefused, result } = same
    // One too many where a call may come that must find the key, however late: it is never forgotten then.
    const calls = firstUnknown || isRefused ? successes + 1 : successes
    if (returned) return [{ ...operation, call: { ...call, calls } }]
    return operation === firstUnknown ? [{ ...operation, call: { ...call, calls, ...(result && { result }) } }] : []
  })
}
