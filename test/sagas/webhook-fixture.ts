import type { DomainEvent } from '../../domain/event.ts'
import type { Webhook } from '../../domain/webhook.ts'
import { MemoryStateMachines } from '../../gateways/state-machines-memory.ts'
import type { WebhookMessage, WebhookOutcome, Webhooks } from '../../gateways/webhooks.ts'
import { MemoryWebhooks } from '../../gateways/webhooks-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { compile } from '../../sagas/compile.ts'
import type { Shape } from '../../sagas/phases.ts'
import { taskRunner } from '../../sagas/run-task.ts'
import { sagaId, startSaga } from '../../sagas/start-saga.ts'
import { giveUpAfterMs } from '../../sagas/webhook/deliver.ts'
import { webhook } from '../../sagas/webhook/webhook.ts'
import { parseDelivery } from '../../tables/deliveries.ts'
import { appendEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { readRow } from '../../tables/read-row.ts'
import { sagaRow } from '../../tables/sagas.ts'
import { hourOf, SendCounter, sendCounterRow, sendShards, sendsPerHourMax } from '../../tables/send-quota.ts'
import { putWebhook } from '../../tables/settings.ts'
import { stepRow } from '../../tables/step-keys.ts'
import type { Store } from '../../tables/store.ts'
import { type Driven, drive } from './drive-machine.ts'
import { Calls, type FaultPlan, FaultyStore, Invocation } from './faults.ts'

const tenant = 'acme'
const at = '2026-03-01T11:00:00.000Z'

export const endpoint: Webhook = {
  name: 'crm',
  url: 'https://crm.example.com/in',
  events: ['ticket.comment_added'],
  secret: `whsec_${btoa('0123456789abcdef0123456789abcdef')}`,
  since: 3,
  createdAt: at,
  updatedAt: at,
}

export const urls = {
  up: 'https://crm.example.com/in',
  gone: 'https://gone.example.com/in',
  down: 'https://down.example.com/in',
}
export type Place = keyof typeof urls

const event: DomainEvent = {
  id: 'E2',
  tenant,
  aggregate: { type: 'ticket', id: 'T1' },
  seq: 2,
  type: 'ticket.comment_added',
  data: { messageId: 'M2' },
  actor: 'bob',
  occurredAt: at,
  recordedAt: at,
  correlationId: 'C1',
}

/** One webhook saga from its event to its end, in memory, with the faults of a plan. */
export class WebhookCase {
  readonly store: Store
  readonly webhooks = new MemoryWebhooks()
  readonly runtime = new ManualRuntime()
  readonly calls: Calls
  readonly given: { sagaId: string }[] = []
  readonly #machines = new MemoryStateMachines()
  readonly #shape: Shape
  readonly #start = { tenant, aggregate: event.aggregate, eventId: event.id, recipient: 'crm', correlationId: 'C1' }
  readonly id = sagaId(webhook, { ...this.#start, input: null })
  /** Runs before each attempt: what happens in the meantime, and how much time passes. */
  beforeAttempt: (attempt: number) => Promise<void> | void = () => {}
  /** The hour of each attempt. */
  readonly attempts: number[] = []
  /** Runs before each invocation of the saga's function. */
  beforeTask: () => Promise<void> | void = () => {}

  constructor({
    shape = 'phases',
    plan,
    store = new MemoryStore(),
  }: { shape?: Shape; plan?: FaultPlan; store?: Store } = {}) {
    this.store = store
    this.#shape = shape
    this.calls = new Calls(plan)
  }

  async begin(place: Place): Promise<this> {
    await this.put({ url: urls[place] })
    await this.store.write(appendEvent(event))
    const giveUpAt = new Date(this.runtime.now() + giveUpAfterMs).toISOString()
    const { type, seq, occurredAt } = event
    const input = { type, ticketId: 'T1', seq, occurredAt, endpoint: 'crm', since: 3, giveUpAt }
    await startSaga({ store: this.store, runtime: this.runtime, machines: this.#machines }, webhook, 'arn', {
      ...this.#start,
      input,
    })
    return this
  }

  async put(changes: Partial<Webhook>): Promise<void> {
    await this.store.write(putWebhook(tenant, { ...endpoint, ...changes }))
  }

  /** Uses up the tenant's webhook budget of this hour. */
  async useUpBudget(): Promise<void> {
    for (let shard = 0; shard < sendShards; shard++) {
      const { table, key } = sendCounterRow(tenant, 'webhooks', shard)
      const row = { ...key, hour: hourOf(this.runtime.now()), used: sendsPerHourMax / sendShards }
      await this.store.write({ kind: 'put', table, row })
    }
  }

  /** Runs from the start to the end, or until it is parked; with `errorName`, on a service that calls every error by that name. */
  run({ errorName }: { errorName?: string } = {}): Promise<Driven> {
    const machine = compile(webhook, { functionArn: 'arn', shape: this.#shape })
    const input = { tenant, sagaId: this.id, generation: 1 }
    return drive(machine, input, async (payload) => {
      await this.beforeTask()
      const invocation = new Invocation(this.calls)
      const webhooks: Webhooks = { send: (message) => this.#send(invocation, message) }
      const tools = { webhooks, runtime: this.runtime, gaveUp: (facts: { sagaId: string }) => this.given.push(facts) }
      const store = new FaultyStore(this.store, invocation)
      const task = taskRunner(webhook, { store, runtime: this.runtime, tools })(payload)
      return Promise.race([task, invocation.end]).catch((error: Error) => {
        throw errorName === undefined ? error : Object.assign(new Error(error.message), { name: errorName })
      })
    })
  }

  async #send(invocation: Invocation, message: WebhookMessage): Promise<WebhookOutcome> {
    await this.beforeAttempt(this.attempts.push(hourOf(this.runtime.now())))
    return invocation.make('webhook', 'send webhook', () => this.webhooks.send(message))
  }

  async lateCallsLand(): Promise<void> {
    this.calls.release()
    for (let turn = 0; turn < 200; turn++) await Promise.resolve()
  }

  async outcome() {
    const saga = await readRow(this.store, sagaRow(tenant, this.id))
    if (!saga) throw new Error('the saga has no row')
    const fences: Record<string, string> = {}
    for (const { name } of webhook.steps) {
      const fence = await readRow(this.store, stepRow({ tenant, sagaId: this.id, step: name }))
      fences[name] = fence?.state ?? 'absent'
    }
    const deliveries = (await this.store.scan({ table: 'Notices' })).rows.map(parseDelivery)
    const counters = (await this.store.scan({ table: 'Quotas' })).rows.map((each) => SendCounter.parse(each))
    const sends = counters.reduce((total, { used }) => total + used, 0)
    const attemptsOfHour = this.attempts.filter((hour) => counters.some((counter) => counter.hour === hour)).length
    return { saga: saga, fences, deliveries, sends, attemptsOfHour, messages: this.webhooks.sent }
  }
}
