import type { WebhookMessage, WebhookOutcome, Webhooks } from './webhook.ts'

/**
 * {@link Webhooks} in memory, for tests and simulation: keeps what arrived. Endpoints under `gone.example.com` refuse everything,
 * those under `down.example.com` never answer.
 */
export class MemoryWebhooks implements Webhooks {
  readonly sent: WebhookMessage[] = []

  async send(message: WebhookMessage): Promise<WebhookOutcome> {
    const { hostname } = new URL(message.url)
    if (isUnder(hostname, 'gone.example.com')) return { status: 'refused', why: 'the endpoint answered 410' }
    if (isUnder(hostname, 'down.example.com')) return { status: 'failed', why: 'the endpoint did not answer in time' }
    this.sent.push(structuredClone(message))
    return { status: 'accepted' }
  }
}

function isUnder(hostname: string, domain: string): boolean {
  return hostname === domain || hostname.endsWith(`.${domain}`)
}
