import canonicalize from 'canonicalize'
import { expect } from 'vitest'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import type { Consumer } from '../../app/consume/consumer.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import type { DomainEvent, Fact } from '../../domain/event.ts'
import { statusTransitions } from '../../domain/ticket-status.ts'
import type { ViewName } from '../../domain/view-catalog.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { integerBetween, pick } from '../../proof/random.ts'
import { appendEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Store } from '../../tables/store.ts'
import { putMessage, putTicket } from '../../tables/tickets.ts'
import { isOfGenerations } from '../../tables/views.ts'
import { CountingObserver, event, eventBatch } from '../relay/fixtures.ts'

const tenants = ['acme', 'umbra']
const ticketsPerTenant = 5

/** Tickets whose events are recorded and projected one after the other, while a rebuild runs. */
export class Traffic {
  readonly store = new MemoryStore()
  readonly runtime: ManualRuntime
  readonly observer = new CountingObserver()
  readonly #histories = new Map<string, DomainEvent[]>()
  readonly #statuses = new Map<string, 'open' | 'resolved' | 'closed' | string>()
  #projectors: Consumer[] = []

  constructor(seed: number) {
    this.runtime = new ManualRuntime({ seed })
    this.restart()
  }

  /** Two functions, each with a catalog of its own. */
  restart(): void {
    this.#projectors = [0, 1].map(() => projectViews(this.store, this.runtime))
  }

  get deps() {
    return { store: this.store as Store, runtime: this.runtime, observer: this.observer }
  }

  /** One more event of some ticket, or of this one. */
  async next(
    tenant = pick(this.runtime.random, tenants),
    id = `t${integerBetween(this.runtime.random, 1, ticketsPerTenant)}`,
    projector = pick(this.runtime.random, this.#projectors),
  ): Promise<void> {
    const history = this.#histories.get(tenant + id) ?? []
    this.#histories.set(tenant + id, history)
    const next = event(id, history.length + 1, this.#nextFact(tenant + id, history.length), { tenant })
    // What happened may be recorded late.
    const occurredAtMs = Date.parse(next.occurredAt) - integerBetween(this.runtime.random, 0, 90) * 60_000
    const recorded = { ...next, occurredAt: new Date(occurredAtMs).toISOString() }
    history.push(recorded)
    await this.store.write(appendEvent(recorded))
    await this.#writeTexts(recorded)
    const answer = await consumeBatch(this.deps, projector, eventBatch([recorded]), this.runtime.now() + 8_000)
    expect(answer.batchItemFailures).toEqual([])
  }

  /** The live rows that an event's words are in; some messages have more words than one transaction takes. */
  async #writeTexts({ tenant, aggregate, seq, data, occurredAt }: DomainEvent): Promise<void> {
    if (!('messageId' in data)) return
    const ticketId = aggregate.id
    const person = 'cora'
    const words = Array.from(
      { length: pick(this.runtime.random, [3, 3, 3, 3, 3, 3, 3, 70]) },
      (_, n) => `${ticketId}w${seq}x${n}`,
    )
    const header = {
      id: ticketId,
      title: `Title of ${ticketId}`,
      status: 'open',
      priority: 'normal',
      requester: person,
      version: 1,
      openedAt: occurredAt,
      updatedAt: occurredAt,
    } as const
    const message = {
      id: data.messageId,
      kind: 'comment',
      ticketId,
      seq,
      author: person,
      createdAt: occurredAt,
    } as const
    if (seq === 1) await this.store.write(putTicket(tenant, header))
    await this.store.write(putMessage(tenant, { ...message, body: words.join(' ') }))
  }

  #nextFact(key: string, events: number): Fact | undefined {
    const { random } = this.runtime
    if (events === 0 || random() < 0.4) return undefined
    const from = (this.#statuses.get(key) ?? 'open') as keyof typeof statusTransitions
    const to = pick(random, statusTransitions[from])
    this.#statuses.set(key, to)
    return { type: 'ticket.status_changed', data: { from, to, messageId: 'm' } }
  }

  /** The rows of one generation as canonical JSON, without its number. */
  async rows(view: ViewName, generation: number): Promise<string[]> {
    const { rows } = await this.store.scan({ table: 'Views' })
    return rows
      .filter((row) => isOfGenerations(row, [{ view, generation }]))
      .map((row) => (canonicalize(row) ?? '').replace(`@${generation}`, ''))
      .sort()
  }
}
