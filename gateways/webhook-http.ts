import dns from 'node:dns/promises'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { isPublicAddress, isPublicHost } from './public-address.ts'
import type { WebhookMessage, WebhookOutcome, Webhooks } from './webhook.ts'

interface Address {
  address: string
  family: number
}

export interface HttpWebhooksOptions {
  /** Local targets only: lets messages go to this machine and its network, and without TLS. */
  allowsPrivate?: boolean
  /** For the whole exchange, names looked up included; shorter than a step's time, so that it is this class that learns of the end. */
  timeoutMs?: number
  /** All addresses of a name. */
  resolve?: (hostname: string) => Promise<Address[]>
}

/**
 * {@link Webhooks} over HTTP, guarded against being sent to where only we can reach (SSRF): the addresses that a connection is made
 * to are the very ones that were judged, as they are judged in its own look-up, and every connection is new; so a name that
 * changes its mind in between (DNS rebinding) gains nothing. Redirects are not followed. The status is the answer: what comes after
 * it is not read.
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

  async send(message: WebhookMessage, atMs: number): Promise<WebhookOutcome> {
    const url = new URL(message.url)
    if (!this.#allowsPrivate && url.protocol !== 'https:') return { status: 'refused', why: 'the address is not https' }
    // No look-up is made for a host that is an address already.
    if (!this.#allowsPrivate && !isPublicHost(url.hostname)) return notPublic
    return this.#post(url, message, headersOf(message, atMs))
  }

  #post(url: URL, { body }: WebhookMessage, headers: Record<string, string>): Promise<WebhookOutcome> {
    return new Promise((resolve, reject) => {
      const { request } = url.protocol === 'https:' ? https : http
      const signal = AbortSignal.timeout(this.#timeoutMs)
      const options = { method: 'POST', headers, signal, agent: false as const, lookup: this.#lookup }
      const sending = request(url, options, (response) => {
        resolve(outcomeOf(response.statusCode ?? 0))
        response.destroy()
      })
      sending.on('error', (error) => {
        if (error instanceof NotPublic) return resolve(notPublic)
        resolve({ status: 'failed', why: signal.aborted ? noAnswer : 'the endpoint could not be reached' })
      })
      sending.on('upgrade', (_response, socket) => {
        socket.destroy()
        resolve(outcomeOf(101))
      })
      sending.on('close', () => resolve({ status: 'failed', why: noAnswer }))
      try {
        sending.end(body)
      } catch (error) {
        reject(error)
      }
    })
  }

  /** One address that is not public is enough to refuse: which one is connected to is not ours to choose. */
  readonly #lookup: LookupFunction = (hostname, { all }, callback) => {
    this.#resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (!this.#allowsPrivate && !addresses.every(({ address }) => isPublicAddress(address)))
          return callback(new NotPublic(), '', 0)
        if (!first) return callback(new Error('the name has no address'), '', 0)
        return all ? callback(null, addresses) : callback(null, first.address, first.family)
      },
      (error: Error) => callback(error, '', 0),
    )
  }
}

class NotPublic extends Error {}

const notPublic = { status: 'refused', why: 'the address is not one on the internet' } as const
const noAnswer = 'the endpoint did not answer in time'

function headersOf({ id, secret, body, correlationId }: WebhookMessage, atMs: number): Record<string, string> {
  const at = new Date(atMs)
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'user-agent': 'Steadfast-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(atMs / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, at, body),
    'x-correlation-id': correlationId,
  }
}

/** Client errors that pass by themselves: time-out, too early (RFC 8470), too many requests. */
const passing = [408, 425, 429]

function outcomeOf(status: number): WebhookOutcome {
  if (status >= 200 && status < 300) return { status: 'accepted' }
  const why = `the endpoint answered ${status}`
  return { status: status >= 400 && status < 500 && !passing.includes(status) ? 'refused' : 'failed', why }
}
