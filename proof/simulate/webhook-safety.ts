import type { WebhookMessage } from '../../gateways/webhooks.ts'
import { aggregateKey } from '../../tables/keys.ts'
import type { Report, SafetyOptions } from './broken-invariant.ts'
import type { Mirror, RowChange } from './mirror.ts'

/** What must hold of webhooks and their messages, after every step. */
export class WebhookSafety {
  readonly #mirror: Mirror
  readonly #report: Report
  /** The body of each message that an endpoint has received. */
  readonly #received = new Map<string, string>()

  readonly #count: (what: string) => void

  constructor(mirror: Mirror, report: Report, { count }: Pick<SafetyOptions, 'count'>) {
    this.#mirror = mirror
    this.#report = report
    this.#count = count
  }

  /** Judges a message at the moment in which it is received. Returns whether it came before. */
  received(tenant: string, { id, url, body }: WebhookMessage): boolean {
    const pk = aggregateKey(tenant, { type: 'saga', id })
    const state = this.#mirror.get('StepKeys', { pk, sk: 'STEP#deliver' })?.state
    if (state !== 'intent' && state !== 'done')
      this.#report(22, pk, `sends its message, although the fence of that step is ${state ?? 'absent'}`)
    const { endpoint } = (this.#mirror.get('Sagas', { pk, sk: 'SAGA' })?.input ?? {}) as { endpoint?: string }
    if (!url.includes(`//${endpoint}.`)) this.#report(22, pk, `sends its message to ${url}, not to ${endpoint}`)
    const first = this.#received.get(pk)
    if (first !== undefined && first !== body) this.#report(22, pk, 'sends two different messages under one id')
    this.#received.set(pk, body)
    return first !== undefined
  }

  judge(change: RowChange, all: readonly RowChange[]): void {
    if (change.table === 'StepKeys' && change.key.sk === 'STEP#deliver') this.#judgeDelivery(change)
    if (change.table === 'Tickets' && change.key.sk?.startsWith('WEBHOOK#')) this.#judgeSecret(change, all)
  }

  #judgeDelivery({ key, before, after }: RowChange): void {
    if (before?.state === after?.state) return
    const hasReceived = this.#received.has(key.pk)
    const result = after?.result as { webhook?: string } | undefined
    if (result?.webhook === 'delivered' && !hasReceived)
      this.#report(22, key.pk, 'counts as delivered, but its endpoint has received nothing')
    if (result?.webhook) this.#count(`a webhook was ${result.webhook}`)
    if (after?.state === 'tombstone') this.#count('a webhook was refused')
    // Here, an endpoint refuses every message or none.
    if (after?.state === 'tombstone' && hasReceived)
      this.#report(22, key.pk, 'is compensated, although its endpoint has received the message')
  }

  /** A secret that was answered signs until it is rotated, or its webhook is removed. */
  #judgeSecret({ key, before, after }: RowChange, all: readonly RowChange[]): void {
    if (!before || !after || before.secret === after.secret) return
    const isRotation = all.some(({ table, after: event }) => {
      return table === 'Events' && event?.type === 'settings.webhook_secret_rotated'
    })
    if (!isRotation) this.#report(8, `${key.pk} ${key.sk}`, 'lost its secret, which nobody has rotated')
  }
}
