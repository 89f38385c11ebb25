import { readRow } from '../../tables/read-row.ts'
import { reserveSend, type SendReservation, sendCounterRow } from '../../tables/send-quota.ts'
import { releaseBudget, reserveIn, shardsFor } from '../notification/budget.ts'
import type { ForwardPlan, UndoPlan } from '../plan.ts'
import type { StepContext } from '../saga.ts'

/** Pays for the first attempt, from the tenant's budget for webhooks. Throws `StepError` while it is used up. */
export function payForFirstAttempt(context: StepContext): Promise<ForwardPlan<SendReservation>> {
  return reserveIn('webhooks', context)
}

/**
 * An attempt that was refused was made, so it stays paid: an endpoint that answers 410 costs as much as any other. Only what a version
 * before took from the mail's budget is given back.
 */
export async function keepPayment(context: StepContext & { result: SendReservation | undefined }): Promise<UndoPlan> {
  return context.result?.budget === 'webhooks' ? { plan: 'skip' } : releaseBudget(context)
}

/**
 * Pays for one more attempt. Returns whether the budget had room. When the answer is lost, the attempt is not made and the next one pays
 * again: the budget may count an attempt too many, never one too few.
 */
export async function payForAnotherAttempt({ saga, store }: StepContext, nowMs: number): Promise<boolean> {
  for (const shard of shardsFor(saga)) {
    const counter = await readRow(store, sendCounterRow(saga.tenant, 'webhooks', shard))
    const reserved = reserveSend(saga.tenant, 'webhooks', shard, counter, nowMs)
    if (reserved && (await store.write(reserved.write)).status === 'done') return true
  }
  return false
}
