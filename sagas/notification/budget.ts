import { readRow } from '../../tables/read-row.ts'
import { releaseSend, reserveSend, type SendReservation, sendCounterRow, sendShards } from '../../tables/send-quota.ts'
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

/**
 * Reserves one send in the tenant's hourly budget: first in the shard that the saga's id picks, then in the others. Throws
 * {@link StepError} while the budget is used up.
 */
export async function reserveBudget({ saga, store, nowMs }: StepContext): Promise<ForwardPlan<SendReservation>> {
  const first = Number.parseInt(saga.id.slice(0, 6), 16) % sendShards
  for (let offset = 0; offset < sendShards; offset++) {
    const shard = (first + offset) % sendShards
    const reserved = reserveSend(saga.tenant, shard, await readRow(store, sendCounterRow(saga.tenant, shard)), nowMs)
    if (reserved) return write([reserved.write], reserved.reservation)
  }
  throw new StepError(failedStep('budget'), 'budget: the send budget of this hour is used up')
}

export async function releaseBudget({
  saga,
  store,
  result,
}: StepContext & { result: SendReservation | undefined }): Promise<UndoPlan> {
  if (!result) return { plan: 'skip' }
  const released = releaseSend(saga.tenant, result, await readRow(store, sendCounterRow(saga.tenant, result.shard)))
  return { plan: 'write', writes: released ? [released] : [] }
}
