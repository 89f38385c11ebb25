import type { DomainEvent } from '../../domain/event.ts'
import type { World } from '../../domain/world.ts'
import type { Queue } from '../../gateways/queue.ts'
import { removeFromOutbox } from '../../tables/outbox.ts'
import type { Store } from '../../tables/store.ts'
import type { Observer } from '../observer.ts'
import { OrderedSender } from './send-in-order.ts'
import type { SubscriberQueues } from './subscriber-queues.ts'
import { wants } from './wanted.ts'

/** What relaying works with. */
export interface Relaying {
  store: Store
  queue: Queue
  world: World
  subscribers: SubscriberQueues
  observer: Observer
}

/** Rows deleted at the same time: enough to hide the round trip, few enough not to crowd the connection pool. */
const deletesAtOnce = 10

/**
 * Hands events to every subscriber's queue, for the length of one invocation. A queue that is down does not hold up the
 * others.
 */
export class Publisher {
  readonly #relaying: Relaying
  readonly #senders: { subscriber: string; sender: OrderedSender }[]

  constructor(relaying: Relaying, untilMs: number) {
    this.#relaying = relaying
    const { queue, world, observer } = relaying
    this.#senders = Object.entries(relaying.subscribers).map(([subscriber, queueUrl]) => ({
      subscriber,
      sender: new OrderedSender({ queue, queueUrl, world, observer, untilMs }),
    }))
  }

  /**
   * Sends each event to every queue that wants it, then deletes the rows of those that all of these accepted. What is `left` keeps its
   * row, so the sweeper finds it; a crash in between leaves rows of sent events, whose second sending the receipts make
   * harmless.
   */
  async publish(events: readonly DomainEvent[]): Promise<{ published: number; left: number }> {
    const answers = await Promise.all(
      this.#senders.map(async ({ subscriber, sender }) => {
        const wanted = events.filter((event) => wants(subscriber, event))
        return { subscriber, accepted: wanted.length > 0 ? await sender.send(wanted) : new Set<string>() }
      }),
    )
    const sent = events.filter((event) =>
      answers.every(({ subscriber, accepted }) => accepted.has(event.id) || !wants(subscriber, event)),
    )
    let published = 0
    for (let start = 0; start < sent.length; start += deletesAtOnce) {
      const deleted = await Promise.all(sent.slice(start, start + deletesAtOnce).map((event) => this.#delete(event)))
      published += deleted.filter(Boolean).length
    }
    return { published, left: events.length - published }
  }

  async #delete(event: DomainEvent): Promise<boolean> {
    const { store, observer } = this.#relaying
    try {
      await store.write(removeFromOutbox(event))
      return true
    } catch (cause) {
      const facts = { eventId: event.id, correlationId: event.correlationId, cause }
      observer.warn('an event was sent but its outbox row could not be deleted: it will be sent again', facts)
      return false
    }
  }
}
