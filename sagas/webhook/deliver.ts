import { hasPassed } from '../../domain/clock.ts'
import { hourMs } from '../../domain/durations.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { traceOf } from '../../domain/trace.ts'
import { validSecrets } from '../../domain/webhook.ts'
import type { Webhooks } from '../../gateways/webhooks.ts'
import { eventRow } from '../../tables/events.ts'
import { Retries } from '../../tables/retries.ts'
import { webhookRow } from '../../tables/settings.ts'
import { requireSnapshot } from '../../tables/snapshot.ts'
import { call, type Plan, skip } from '../plan.ts'
import type { RetryPolicy } from '../retry.ts'
import type { StepContext } from '../saga.ts'
import { failedStep, StepError } from '../step-errors.ts'
import { payForAnotherAttempt } from './attempt-budget.ts'
import { messageBody } from './message-body.ts'
import type { WebhookNotice } from './webhook-notice.ts'

export interface WebhookTools {
  webhooks: Webhooks
  runtime: Runtime
  gaveUp?: (facts: { tenant: string; sagaId: string; endpoint: string; correlationId: string }) => void
}

export type DeliverResult =
  | { webhook: 'delivered' }
  | { webhook: 'given-up' }
  | { webhook: 'skipped'; why: 'removed' | 'not-wanted' }

const budgetUsedUp = { status: 'failed', why: "the tenant's webhook budget of this hour is used up" } as const

/**
 * How long an endpoint that is down is retried, from the start of the saga or, where it waited for the budget first, from its first
 * attempt, and anew from when it went on after a hold: long enough for a failed deployment of the receiver to be noticed.
 */
export const giveUpAfterMs = hourMs

/** Lasts longer than {@link giveUpAfterMs}, about an hour and a half with full jitter, so that `giveUpAt` ends the retries. */
export const whileEndpointIsDown: RetryPolicy = {
  intervalSeconds: 2,
  backoffRate: 2,
  delaySecondsMax: 900,
  retriesMax: 20,
}

/**
 * Sends one signed message to the endpoint's current URL, with the saga's id as `webhook-id`. Each attempt after the first costs one more
 * send of the tenant's budget for webhooks, and waits while that is used up. When it keeps failing it is given up after an hour: it may
 * have arrived, so the saga does not compensate, and an operator could not repair the endpoint, so it is not parked.
 */
export async function deliver(
  context: StepContext<WebhookNotice, unknown, WebhookTools>,
): Promise<Plan<DeliverResult>> {
  const { saga, input, store, isRepeated } = context
  const { webhooks, runtime, gaveUp } = context.tools
  const { tenant, id, correlationId, wentOnAtMs } = saga
  const { endpoint: name, since, ticketId, seq, type, giveUpAt } = input
  const { endpoint, event } = await requireSnapshot(store, new Retries(runtime), {
    endpoint: webhookRow(tenant, name),
    event: eventRow(tenant, { type: 'ticket', id: ticketId }, seq),
  })
  if (endpoint?.since !== since) return skip({ webhook: 'skipped', why: 'removed' })
  if (!endpoint.events.some((each) => each === type)) return skip({ webhook: 'skipped', why: 'not-wanted' })
  if (!event) throw new Error('the event cannot be read')
  const message = { id, url: endpoint.url, ...traceOf(saga), body: messageBody(event) }
  // Before its first attempt it may have waited for the budget, which says nothing about the endpoint.
  const afterAttempts = new Date((wentOnAtMs ?? context.firstTriedAtMs ?? context.nowMs) + giveUpAfterMs).toISOString()
  const deadline = wentOnAtMs === undefined && giveUpAt > afterAttempts ? giveUpAt : afterAttempts
  return call<DeliverResult>(async () => {
    const nowMs = runtime.now()
    const mayBeMade = !isRepeated || (await payForAnotherAttempt(context, nowMs))
    const outcome = mayBeMade
      ? await webhooks.send({ ...message, secrets: validSecrets(endpoint, nowMs) }, nowMs)
      : budgetUsedUp
    switch (outcome.status) {
      case 'accepted':
        return { status: 'done', result: { webhook: 'delivered' } }
      case 'refused':
        return outcome
      case 'failed':
        if (!hasPassed(deadline, giveUpAfterMs, runtime.now()))
          throw new StepError(failedStep('deliver'), `deliver: ${outcome.why}`)
        gaveUp?.({ tenant, sagaId: id, endpoint: name, correlationId })
        return { status: 'given-up', why: outcome.why, result: { webhook: 'given-up' } }
      default:
        return outcome satisfies never
    }
  })
}
