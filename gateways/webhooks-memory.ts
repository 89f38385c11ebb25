import type { WebhookMessage, WebhookOutcome, Webhooks } from './webhooks.ts'

/**
 * In-memory {@link Webhooks} for tests and simulation. Records delivered messages. Endpoints under `gone.example.com` refuse every
 * message, endpoints under `down.example.com` never respond.
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
