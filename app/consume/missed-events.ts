import type { DomainEvent } from '../../domain/event.ts'
import { eventsQuery, parseEvent } from '../../tables/events.ts'
import type { Row } from '../../tables/store.ts'
import { type AggregateScope, type ConsumerDeps, EventUnreadableError } from './consumer.ts'

/** An event that was delivered with a message. */
export interface DeliveredEvent {
  seq: number
  /** Undefined when this version can't parse the event; it is then read from `Events`. */
  event(): DomainEvent | undefined
}

/** Reads an aggregate's events one by one, page by page, and parses each only when it is due. */
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
   * Returns event `seq`, reading ahead to at most `upToSeq`. Throws {@link EventUnreadableError} when the event is not there yet, and
   * `ZodError` when its row is not a valid event.
   */
  async read(seq: number, upToSeq: number): Promise<DomainEvent> {
    const delivered = this.#delivered?.seq === seq ? this.#delivered.event() : undefined
    if (delivered) return delivered
    // An event that is applied in portions is read again for each.
    this.#rows.delete(seq - 1)
    const row = this.#rows.get(seq) ?? (await this.#readPage(seq, upToSeq))
    return parseEvent(row)
  }

  async #readPage(from: number, to: number): Promise<Row> {
    const { store, observer } = this.#deps
    const { tenant, aggregate } = this.#scope
    const { rows } = await store.query(eventsQuery(tenant, aggregate, { from, to }))
    for (const row of rows) this.#rows.set(Number(row.sk), row)
    const first = this.#rows.get(from)
    if (!first)
      throw new EventUnreadableError(`event ${from} of ${aggregate.type} ${aggregate.id} can't be read yet: try again`)
    observer.count('MissedEventsRead', rows.length)
    return first
  }
}
