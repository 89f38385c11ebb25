import type { Operation } from './model.ts'
import type { TicketAnswer, TicketCall } from './ticket-model.ts'

export type TicketOperation = Operation<TicketCall, TicketAnswer>

/**
 * The same history, easier to search. Of several calls with one key and unknown outcomes only the first is kept: whatever a later one may have
 * done, the first may have done too. And each call with a key says how many there are, so that the model can forget the key.
 */
export function forgetKeys(operations: readonly TicketOperation[]): TicketOperation[] {
  const firstUnknown = new Map<string, TicketOperation>()
  const successes = new Map<string, number>()
  for (const operation of operations) {
    const { call, returned, invokedAtMs } = operation
    if (!('key' in call)) continue
    if (returned?.answer.is === 'changed') successes.set(call.key, (successes.get(call.key) ?? 0) + 1)
    const first = firstUnknown.get(call.key)
    if (!returned && (!first || invokedAtMs < first.invokedAtMs)) firstUnknown.set(call.key, operation)
  }
  return operations.flatMap((operation) => {
    const { call, returned } = operation
    if (!('key' in call)) return [operation]
    if (!returned && firstUnknown.get(call.key) !== operation) return []
    const calls = (successes.get(call.key) ?? 0) + (firstUnknown.has(call.key) ? 1 : 0)
    return [{ ...operation, call: { ...call, calls } }]
  })
}
