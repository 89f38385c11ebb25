import type { DomainEvent } from '../../domain/event.ts'
import { eventOf, eventsOf } from '../../tables/events.ts'
import type { Row } from '../../tables/store.ts'
import { type Consuming, GapUnreadable, type Target } from './consumer.ts'

/** An event that came with the message, and so needs no reading. */
export interface Brought {
  seq: number
  /** Undefined when the message holds no event that this version can read: `Events` has the last word. */
  event(): DomainEvent | undefined
}

/** An aggregate's events one after the other: read page by page when needed, and parsed only when their turn comes. */
export class MissedEvents {
  readonly #consuming: Consuming
  readonly #target: Target
  readonly #brought: Brought | undefined
  readonly #rows = new Map<number, Row>()

  constructor(consuming: Consuming, target: Target, brought?: Brought) {
    this.#consuming = consuming
    this.#target = target
    this.#brought = brought
  }

  /**
   * The event `seq`; what is read by the way goes up to `upToSeq`. Throws {@link GapUnreadable}, and `ZodError` on what
   * is no event.
   */
  async event(seq: number, upToSeq: number): Promise<DomainEvent> {
    const brought = this.#brought?.seq === seq ? this.#brought.event() : undefined
    if (brought) return brought
    const row = this.#rows.get(seq) ?? (await this.#page(seq, upToSeq))
    this.#rows.delete(seq)
    return eventOf(row)
  }

  async #page(from: number, to: number): Promise<Row> {
    const { store, observer } = this.#consuming
    const { tenant, aggregate } = this.#target
    const { rows } = await store.query(eventsOf(tenant, aggregate, { from, to }))
    for (const row of rows) this.#rows.set(Number(row.sk), row)
    const first = this.#rows.get(from)
    if (!first) throw new GapUnreadable(`event ${from} of ${aggregate.type} ${aggregate.id} can't be read yet`)
    observer.count('MissedEventsRead', rows.length)
    return first
  }
}
