import { readRow } from '../../tables/read-row.ts'
import {
  type Budget,
  releaseSend,
  reserveSend,
  type SendReservation,
  sendCounterRow,
  sendShards,
} from '../../tables/send-quota.ts'
import { type ForwardPlan, type UndoPlan, write } from '../plan.ts'
import type { RetryPolicy } from '../retry.ts'
import type { StepContext } from '../saga.ts'
import { failedStep, StepError } from '../step-errors.ts'

/**
 * Waits for the next hours' budgets, about two days in all: a used-up budget delays messages and loses none. A tenant that keeps its budget
 * used up for longer most likely has a loop, and should not pay for it.
 */
export const whileBudgetIsUsedUp: RetryPolicy = {
  intervalSeconds: 2,
  backoffRate: 2,
  delaySecondsMax: 3_600,
  retriesMax: 100,
}

/** Reserves one mail in the tenant's hourly budget. Throws {@link StepError} while the budget is used up. */
export function reserveBudget(context: StepContext): Promise<ForwardPlan<SendReservation>> {
  return reserveIn('mail', context)
}

/** Reserves one send: first in the shard that the saga's id picks, then in the others. Throws {@link StepError} when none has room. */
export async function reserveIn(
  budget: Budget,
  { saga, store, nowMs }: StepContext,
): Promise<ForwardPlan<SendReservation>> {
  for (const shard of shardsFor(saga)) {
    const counter = await readRow(store, sendCounterRow(saga.tenant, budget, shard))
    const reserved = reserveSend(saga.tenant, budget, shard, counter, nowMs)
    if (reserved) return write([reserved.write], reserved.reservation)
  }
  throw new StepError(failedStep('budget'), 'budget: the send budget of this hour is used up')
}

/** All shards, from the one that the saga's id picks. */
export function shardsFor({ id }: { id: string }): number[] {
  const first = Number.parseInt(id.slice(0, 6), 16) % sendShards
  return Array.from({ length: sendShards }, (_, offset) => (first + offset) % sendShards)
}

export async function releaseBudget({
  saga,
  store,
  result,
}: StepContext & { result: SendReservation | undefined }): Promise<UndoPlan> {
  if (!result) return { plan: 'skip' }
  const counter = await readRow(store, sendCounterRow(saga.tenant, result.budget ?? 'mail', result.shard))
  const released = releaseSend(saga.tenant, result, counter)
  return { plan: 'write', writes: released ? [released] : [] }
}
