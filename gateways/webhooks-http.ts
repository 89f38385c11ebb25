import dns from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { isPublicAddress, isPublicHost } from './public-address.ts'
import type { WebhookMessage, WebhookOutcome, Webhooks } from './webhooks.ts'

interface Address {
  address: string
  family: number
}

export interface HttpWebhooksOptions {
  /** Local targets only: allows plain HTTP and addresses on this machine and its network. */
  allowsPrivate?: boolean
  /** Limits the whole exchange, DNS included. Shorter than a saga step's timeout, so that this class sees the timeout first. */
  timeoutMs?: number
  /** Resolves a host name to all its addresses. */
  resolve?: (hostname: string) => Promise<Address[]>
}

/**
 * {@link Webhooks} over HTTP, guarded against server-side request forgery. The addresses are checked in the connection's own lookup, and
 * every connection is new, so a name that resolves differently a moment later (DNS rebinding) gains nothing. Redirects are not
 * followed. Only the response status is read, not its headers or body.
 */
export class HttpWebhooks implements Webhooks {
  readonly #allowsPrivate: boolean
  readonly #timeoutMs: number
  readonly #resolve: (hostname: string) => Promise<Address[]>

  constructor({
    allowsPrivate = false,
    timeoutMs = 8_000,
    resolve = (hostname) => dns.lookup(hostname, { all: true }),
  }: HttpWebhooksOptions = {}) {
    this.#allowsPrivate = allowsPrivate
    this.#timeoutMs = timeoutMs
    this.#resolve = resolve
  }

  async send(message: WebhookMessage, nowMs: number): Promise<WebhookOutcome> {
    const url = new URL(message.url)
    if (!this.#allowsPrivate && url.protocol !== 'https:')
      return { status: 'refused', why: 'the endpoint is not https' }
    // A host that is already an IP address is never looked up.
    if (!this.#allowsPrivate && !isPublicHost(url.hostname)) return notPublic
    return this.#post(url, message, headersOf(message, nowMs))
  }

  #post(url: URL, { body }: WebhookMessage, headers: Record<string, string>): Promise<WebhookOutcome> {
    return new Promise((resolve, reject) => {
      const { request } = url.protocol === 'https:' ? https : http
      const signal = AbortSignal.timeout(this.#timeoutMs)
      const options = { method: 'POST', headers, signal, agent: false as const, lookup: this.#lookup }
      const outgoing = request(url, options, (response) => {
        resolve(outcomeOf(response.statusCode ?? 0))
        response.destroy()
      })
      outgoing.on('error', (error) => {
        if (error instanceof NotPublicAddress) return resolve(notPublic)
        resolve({ status: 'failed', why: signal.aborted ? noAnswer : 'the endpoint could not be reached' })
      })
      outgoing.on('upgrade', (_response, socket) => {
        socket.destroy()
        resolve(outcomeOf(101))
      })
      outgoing.on('close', () => resolve({ status: 'failed', why: noAnswer }))
      try {
        outgoing.end(body)
      } catch (error) {
        reject(error)
      }
    })
  }

  /** Refuses a name when any of its addresses is not public, because Node chooses which one to connect to. */
  readonly #lookup: LookupFunction = (hostname, { all }, callback) => {
    this.#resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (!this.#allowsPrivate && !addresses.every(({ address }) => isPublicAddress(address)))
          return callback(new NotPublicAddress(), '', 0)
        if (!first) return callback(new Error(`the host name ${hostname} has no address`), '', 0)
        return all ? callback(null, addresses) : callback(null, first.address, first.family)
      },
      (error: Error) => callback(error, '', 0),
    )
  }
}

class NotPublicAddress extends Error {}

const notPublic = { status: 'refused', why: 'the endpoint has no public address' } as const
const noAnswer = 'the endpoint did not answer in time'

function headersOf(
  { id, secrets, body, correlationId, traceparent }: WebhookMessage,
  nowMs: number,
): Record<string, string> {
  const signedAt = new Date(nowMs)
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'Steadfast-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(nowMs / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, signedAt, body)).join(' '),
    'x-correlation-id': correlationId,
    ...(traceparent !== undefined && { traceparent }),
  }
}

/** Temporary client errors: Request Timeout, Too Early (RFC 8470), Too Many Requests. */
const temporaryStatuses = [408, 425, 429]

function outcomeOf(status: number): WebhookOutcome {
  if (status >= 200 && status < 300) return { status: 'accepted' }
  const why = `the endpoint answered ${status}`
  return { status: status >= 400 && status < 500 && !temporaryStatuses.includes(status) ? 'refused' : 'failed', why }
}
