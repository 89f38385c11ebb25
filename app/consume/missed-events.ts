import type { DomainEvent } from '../../domain/event.ts'
import { eventsQuery, parseEvent } from '../../tables/events.ts'
import type { Row } from '../../tables/store.ts'
import { type AggregateScope, type ConsumerDeps, EventUnreadableError } from './consumer.ts'

/** An event that came with the message, and so needs no reading. */
export interface DeliveredEvent {
  seq: number
  /** Undefined when the message holds no event that this version can read: `Events` has the last word. */
  event(): DomainEvent | undefined
}

/** An aggregate's events one after the other: read page by page when needed, and parsed only when their turn comes. */
export class MissedEvents {
  readonly #deps: ConsumerDeps
  readonly #scope: AggregateScope
  readonly #delivered: DeliveredEvent | undefined
  readonly #rows = new Map<number, Row>()

  constructor(deps: ConsumerDeps, scope: AggregateScope, delivered?: DeliveredEvent) {
    this.#deps = deps
    this.#scope = scope
    this.#delivered = delivered
  }

  /**
   * The event `seq`; what is read by the way goes up to `upToSeq`. Throws {@link EventUnreadableError}, and `ZodError` on what
   * is no event.
   */
  async event(seq: number, upToSeq: number): Promise<DomainEvent> {
    const delivered = this.#delivered?.seq === seq ? this.#delivered.event() : undefined
    if (delivered) return delivered
    const row = this.#rows.get(seq) ?? (await this.#page(seq, upToSeq))
    this.#rows.delete(seq)
    return parseEvent(row)
  }

  async #page(from: number, to: number): Promise<Row> {
    const { store, observer } = this.#deps
    const { tenant, aggregate } = this.#scope
    const { rows } = await store.query(eventsQuery(tenant, aggregate, { from, to }))
    for (const row of rows) this.#rows.set(Number(row.sk), row)
    const first = this.#rows.get(from)
    if (!first) throw new EventUnreadableError(`event ${from} of ${aggregate.type} ${aggregate.id} can't be read yet`)
    observer.count('MissedEventsRead', rows.length)
    return first
  }
}
