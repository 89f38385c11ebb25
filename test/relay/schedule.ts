import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import type { RelayDeps } from '../../app/publish/publisher.ts'
import type { DomainEvent, Fact } from '../../domain/event.ts'
import { type Status, statusTransitions } from '../../domain/ticket-status.ts'
import { relayOutbox } from '../../functions/relay-outbox/relay-outbox.ts'
import { sweepOutbox } from '../../functions/sweep-outbox/sweep-outbox.ts'
import { MemoryQueue, type ReceivedMessage } from '../../gateways/queue-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { integerBetween, pick } from '../../proof/random.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Store } from '../../tables/store.ts'
import { Crash, type Fault, FaultyQueue, FaultyStore, type SendFault } from './faults.ts'
import { CountingObserver, committed, event, inserted, sqsRecords } from './fixtures.ts'
import { recorder } from './recorder.ts'

const subscribers = { 'project-views': 'https://sqs/views.fifo', recorder: 'https://sqs/recorder.fifo' }
const ticketIds = ['t1', 't2', 't3', 't4']
const tenants = ['acme', 'umbra']

interface Ticket {
  tenant: string
  id: string
  seq: number
  status: Status
}

/**
 * Runs commits, a relay, a sweeper and two consumers in an order and with faults that depend on the seed. {@link Schedule.end} stops
 * the faults, repairs poison events and delivers everything that is left.
 */
export class Schedule {
  readonly runtime: ManualRuntime
  readonly store = new MemoryStore()
  readonly observer = new CountingObserver()
  readonly events: DomainEvent[] = []
  readonly sent: FaultyQueue['calls'] = []
  readonly happened: Record<string, number> = {}
  readonly #queue: MemoryQueue
  readonly #stream: DomainEvent[] = []
  readonly #tickets: Ticket[]
  readonly #poison = new Set<string>()
  #faultsStopped = false

  constructor(seed: number) {
    this.runtime = new ManualRuntime({ seed })
    this.#queue = new MemoryQueue(this.runtime.now)
    this.#tickets = tenants.flatMap((tenant) =>
      ticketIds.map((id) => ({ tenant, id, seq: 0, status: 'open' as Status })),
    )
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step++) {
      const { runtime } = this
      runtime.advance(integerBetween(runtime.random, 0, 20_000))
      const draw = integerBetween(runtime.random, 0, 9)
      if (draw < 3) await this.#commit()
      else if (draw < 5) await this.#relay()
      else if (draw < 6) await this.#sweep()
      else await this.#consume(runtime.random() < 0.5 ? 'project-views' : 'recorder')
    }
  }

  async end(): Promise<void> {
    this.#faultsStopped = true
    this.#poison.clear()
    this.runtime.advance(10 * 60_000)
    // The first round continues where the last one was cut off, the second begins at the beginning.
    await this.#sweep()
    await this.#sweep()
    for (const name of ['project-views', 'recorder'] as const) {
      await this.#drain(name)
      this.#count('deadLettersRedriven', this.#queue.redrive(subscribers[name]))
      await this.#drain(name)
    }
  }

  /** The number of messages in all queues and dead-letter queues. */
  left(): number {
    return Object.values(subscribers)
      .map((url) => this.#queue.depth(url))
      .reduce((sum, { visible, inFlight, deadLetters }) => sum + visible + inFlight + deadLetters, 0)
  }

  async #commit(): Promise<void> {
    const ticket = pick(this.runtime.random, this.#tickets)
    const recordedAt = new Date(this.runtime.now()).toISOString()
    const made = event(ticket.id, ticket.seq + 1, this.#fact(ticket), { tenant: ticket.tenant, recordedAt })
    ticket.seq++
    await committed(this.store, made)
    this.events.push(made)
    if (this.runtime.random() < 0.1) this.#poison.add(made.id)
    // The stream loses some records, as it does after too many retries or 24 hours.
    if (this.runtime.random() < 0.9) this.#stream.push(made)
    else this.#count('recordsMissedByStream')
  }

  #fact(ticket: Ticket): Fact | undefined {
    if (ticket.seq === 0 || this.runtime.random() < 0.3) return undefined
    const from = ticket.status
    const options: readonly Status[] = statusTransitions[from]
    const to = pick(this.runtime.random, options)
    ticket.status = to
    return { type: 'ticket.status_changed', data: { from, to, messageId: 'why' } }
  }

  async #relay(): Promise<void> {
    const batch = this.#stream.slice(0, integerBetween(this.runtime.random, 1, 8))
    const deps = this.#deps()
    const outage = this.runtime.random() < 0.1 ? pick(this.runtime.random, Object.values(subscribers)) : undefined
    const queue = this.#faultyQueue(outage)
    try {
      await relayOutbox({ ...deps, queue }, { Records: batch.map(inserted) }, this.runtime.now() + 25_000)
      this.#stream.splice(0, batch.length)
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      this.#count('relayCrashes')
    } finally {
      this.sent.push(...queue.calls)
    }
  }

  async #sweep(): Promise<void> {
    const queue = this.#faultyQueue(undefined)
    try {
      const swept = await sweepOutbox({ ...this.#deps(), queue }, this.runtime.now() + 40_000)
      this.#count('rowsSwept', swept.published)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      this.#count('sweepCrashes')
    } finally {
      this.sent.push(...queue.calls)
    }
  }

  async #drain(name: keyof typeof subscribers): Promise<void> {
    for (let rounds = 0; rounds < 500 && this.#queue.depth(subscribers[name]).visible > 0; rounds++)
      await this.#consume(name)
  }

  /** One or two copies consume the same messages: a second one, as if the first one's visibility timeout had expired. */
  async #consume(name: keyof typeof subscribers): Promise<void> {
    const url = subscribers[name]
    const messages = this.#queue.receive(url, integerBetween(this.runtime.random, 1, 10))
    if (messages.length === 0) return
    const copies = [this.#copy(name, messages)]
    if (!this.#faultsStopped && this.runtime.random() < 0.2) {
      this.#count('copiesAtOnce')
      const overtaken = messages.filter(() => this.runtime.random() < 0.7)
      copies.push(this.#copy(name, this.runtime.random() < 0.5 ? overtaken : overtaken.toReversed()))
    }
    const [failed = []] = await Promise.all(copies)
    const crashedBeforeResponding = !this.#faultsStopped && this.runtime.random() < 0.05
    for (const { receiptHandle } of messages) {
      if (crashedBeforeResponding || failed.includes(String(receiptHandle))) this.#queue.makeVisible(url, receiptHandle)
      else this.#queue.delete(url, receiptHandle)
    }
  }

  async #copy(name: keyof typeof subscribers, messages: readonly ReceivedMessage[]): Promise<string[]> {
    const { runtime, observer } = this
    const store = this.#faultyStore()
    const consumer = this.#poisonable(name === 'recorder' ? recorder(store) : projectViews(store, runtime))
    const Records = sqsRecords(messages)
    const response = await consumeBatch({ store, runtime, observer }, consumer, { Records }, runtime.now() + 8_000)
    return response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)
  }

  #poisonable(consumer: Consumer): Consumer {
    return {
      name: consumer.name,
      handle: (received, options) => {
        if (!this.#poison.has(received.id)) return consumer.handle(received, options)
        // The repair may come while the message is still retried, or when it is already a dead letter.
        if (this.runtime.random() < 0.05) this.#poison.delete(received.id)
        throw new PoisonEventError('injected')
      },
    }
  }

  #deps(): Omit<RelayDeps, 'queue'> {
    return { store: this.#faultyStore(), runtime: this.runtime, subscribers, observer: this.observer }
  }

  #faultyStore(): Store {
    const faults: Fault[] = ['lost-before', 'lost-after', 'conflict', 'throttled', 'crash-before', 'crash-after']
    const faultOf = () =>
      !this.#faultsStopped && this.runtime.random() < 0.08 ? pick(this.runtime.random, faults) : 'none'
    const pause = async () => {
      for (let ticks = integerBetween(this.runtime.random, 0, 3); ticks > 0; ticks--) await Promise.resolve()
    }
    return new FaultyStore(this.store, faultOf, pause)
  }

  #faultyQueue(outage: string | undefined): FaultyQueue {
    const faults: SendFault[] = ['failed', 'refused', 'lost', 'lost', 'crash-before', 'crash-after']
    return new FaultyQueue(this.#queue, (url) => {
      if (url === outage) return 'failed'
      return !this.#faultsStopped && this.runtime.random() < 0.05 ? pick(this.runtime.random, faults) : 'none'
    })
  }

  #count(what: string, by = 1): void {
    this.happened[what] = (this.happened[what] ?? 0) + by
  }
}
