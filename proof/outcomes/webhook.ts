import type { WebhookMessage, WebhookOutcome } from '../../gateways/webhooks.ts'
import { MemoryWebhooks } from '../../gateways/webhooks-memory.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { giveUpAfterMs } from '../../sagas/webhook/deliver.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { appendEvent } from '../../tables/events.ts'
import { putWebhook } from '../../tables/settings.ts'
import type { SagaHarness } from './saga-harness.ts'
import { at, commentedBy, correlationId, event, tenant, ticket } from './ticket-story.ts'

/** An endpoint is describeRun of a comment by the requester, of which nobody else needs to hear; one that is gone sends everything back. */
export const webhookHarness: SagaHarness = {
  saga: webhook,
  callsOutside: { do: ['deliver'], undo: [] },
  run(refuses) {
    const webhooks = new MemoryWebhooks()
    const { rows, comment } = commentedBy('ann')
    const endpoint = {
      name: 'crm',
      url: refuses ? 'https://gone.example.com/in' : 'https://crm.example.com/in',
      events: ['ticket.comment_added'] as const,
      secret: `whsec_${btoa('0123456789abcdef0123456789abcdef')}`,
      since: 1,
      createdAt: at,
      updatedAt: at,
    }
    const wanted = { name: endpoint.name, events: [...endpoint.events] }
    const subscribed = event(1, 'admin', { type: 'settings.webhook_put', data: wanted }, settings)
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
      runner: ({ store, runtime, outside }) => {
        // As over HTTP: what goes wrong on the way is no error of ours, but an endpoint that did not answer.
        const send = (message: WebhookMessage): Promise<WebhookOutcome> =>
          outside('deliver', 'do', () => webhooks.send(message)).catch(() => ({ status: 'failed', why: 'no answer' }))
        return taskRunner(webhook, { store, runtime, tools: { webhooks: { send }, runtime } })
      },
      accepted: () => webhooks.sent.map(({ id }) => id),
    }
  },
}
const settings = { type: 'settings', id: 'tenant' } as const

/** The story is describeRun an hour after it happened. */
const startedAfterMs = 3_600_000
