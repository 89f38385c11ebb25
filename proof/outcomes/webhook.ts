import type { WebhookMessage, WebhookOutcome } from '../../gateways/webhooks.ts'
import { MemoryWebhooks } from '../../gateways/webhooks-memory.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { giveUpAfterMs } from '../../sagas/webhook/deliver.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { appendEvent } from '../../tables/events.ts'
import { putWebhook } from '../../tables/settings.ts'
import type { SagaHarness } from './saga-harness.ts'
import { at, commentedTicket, correlationId, event, tenant, ticket } from './ticket-fixture.ts'

/** An endpoint receives a comment of the requester. When the pivot is refused, the endpoint answers 410 Gone. */
export const webhookHarness: SagaHarness = {
  saga: webhook,
  outsideCalls: { do: ['deliver'], undo: [] },
  setUp(pivotIsRefused) {
    const webhooks = new MemoryWebhooks()
    const { rows, comment } = commentedTicket('ann')
    const endpoint = {
      name: 'crm',
      url: pivotIsRefused ? 'https://gone.example.com/in' : 'https://crm.example.com/in',
      events: ['ticket.comment_added'] as const,
      secret: `whsec_${btoa('0123456789abcdef0123456789abcdef')}`,
      since: 1,
      createdAt: at,
      updatedAt: at,
    }
    const subscription = { name: endpoint.name, events: [...endpoint.events] }
    const subscribed = event(1, 'admin', { type: 'settings.webhook_put', data: subscription }, settings)
    const { type, seq, occurredAt } = comment
    const giveUpAt = new Date(Date.parse(at) + startedAfterMs + giveUpAfterMs).toISOString()
    return {
      start: {
        tenant,
        aggregate: ticket,
        eventId: comment.id,
        recipient: endpoint.name,
        correlationId,
        input: { type, ticketId: ticket.id, seq, occurredAt, endpoint: endpoint.name, since: endpoint.since, giveUpAt },
      },
      rows: [...rows, appendEvent(subscribed), putWebhook(tenant, { ...endpoint, events: [...endpoint.events] })],
      runner: ({ store, runtime, callOutside }) => {
        // As over HTTP, a failure on the way is an endpoint that did not answer, not an error of the step.
        const send = (message: WebhookMessage): Promise<WebhookOutcome> =>
          callOutside('deliver', 'do', () => webhooks.send(message)).catch(() => ({
            status: 'failed',
            why: 'no answer',
          }))
        return taskRunner(webhook, { store, runtime, tools: { webhooks: { send }, runtime } })
      },
      acceptedIds: () => webhooks.sent.map(({ id }) => id),
    }
  },
}

const settings = { type: 'settings', id: 'tenant' } as const

/** The saga starts an hour after the event, at the time of {@link ManualRuntime}. */
const startedAfterMs = 3_600_000
