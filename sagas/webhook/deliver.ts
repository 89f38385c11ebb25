import type { Runtime } from '../../domain/runtime.ts'
import type { Webhooks } from '../../gateways/webhook.ts'
import { eventRow } from '../../tables/events.ts'
import { Retries } from '../../tables/retries.ts'
import { webhookRow } from '../../tables/settings.ts'
import { readSnapshot } from '../../tables/snapshot.ts'
import { call, type Plan, skip } from '../plan.ts'
import type { RetryPolicy } from '../retry.ts'
import type { StepContext } from '../saga.ts'
import { failedStep, StepError } from '../step-errors.ts'
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

/** For how long an endpoint that is down is tried, from the start of the saga. A deployment that went wrong is mended by then, or noticed. */
export const giveUpAfterMs = 60 * 60_000

/** Lasts longer than that, so that it is the bound that ends it: with full jitter about an hour and a half. */
export const whileEndpointIsDown: RetryPolicy = {
  intervalSeconds: 2,
  backoffRate: 2,
  delaySecondsMax: 900,
  retriesMax: 20,
}

/**
 * One signed message, to where the endpoint is now. The saga's id goes with it as `webhook-id`. What keeps failing is given up after
 * its bound: nobody knows whether it arrived, so it is neither taken back nor left to an operator, who can't mend it.
 */
export async function deliver({
  saga,
  input,
  store,
  tools: { webhooks, runtime, gaveUp },
}: StepContext<WebhookNotice, unknown, WebhookTools>): Promise<Plan<DeliverResult>> {
  const { tenant, id, correlationId } = saga
  const { endpoint: name, since, ticketId, seq, type, giveUpAt } = input
  const snapshot = await readSnapshot(store, new Retries(runtime), {
    endpoint: webhookRow(tenant, name),
    event: eventRow(tenant, { type: 'ticket', id: ticketId }, seq),
  })
  if (snapshot.status !== 'read') throw new Error('endpoint and event were being written all the time')
  const { endpoint, event } = snapshot.rows
  if (endpoint?.since !== since) return skip({ webhook: 'skipped', why: 'removed' })
  if (!endpoint.events.some((each) => each === type)) return skip({ webhook: 'skipped', why: 'not-wanted' })
  if (!event) throw new Error('the event is not there')
  const { url, secret } = endpoint
  const message = { id, url, secret, correlationId, body: messageBody(event) }
  return call<DeliverResult>(async () => {
    const outcome = await webhooks.send(message, runtime.now())
    switch (outcome.status) {
      case 'accepted':
        return { status: 'done', result: { webhook: 'delivered' } }
      case 'refused':
        return outcome
      case 'failed':
        if (runtime.now() < Date.parse(giveUpAt)) throw new StepError(failedStep('deliver'), `deliver: ${outcome.why}`)
        gaveUp?.({ tenant, sagaId: id, endpoint: name, correlationId })
        return { status: 'given-up', why: outcome.why, result: { webhook: 'given-up' } }
      default:
        return outcome satisfies never
    }
  })
}
