import { recordDelivery } from '../../tables/deliveries.ts'
import { noticeId } from '../../tables/notices.ts'
import { type ForwardPlan, write } from '../plan.ts'
import type { StepContext } from '../saga.ts'
import type { DeliverResult } from './deliver.ts'
import type { WebhookNotice } from './webhook-notice.ts'

/** Records the outcome of the delivery. */
export async function record({
  saga,
  input,
  results: { deliver },
  nowMs,
}: StepContext<WebhookNotice, { deliver: DeliverResult }>): Promise<ForwardPlan<null>> {
  const { endpoint, type, ticketId, seq, occurredAt } = input
  const delivery = {
    id: noticeId({ occurredAt, sagaId: saga.id }),
    endpoint,
    type,
    ticketId,
    seq,
    outcome: deliver.webhook,
    createdAt: occurredAt,
    settledAt: new Date(nowMs).toISOString(),
    correlationId: saga.correlationId,
  }
  return write([recordDelivery(saga.tenant, delivery)], null)
}
