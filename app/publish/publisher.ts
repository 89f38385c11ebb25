import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { Queue } from '../../gateways/queue.ts'
import { removeFromOutbox } from '../../tables/outbox.ts'
import type { Store } from '../../tables/store.ts'
import { putUnconfirmed } from '../../tables/unconfirmed.ts'
import type { Observer } from '../observer.ts'
import { isSubscribedTo } from './event-filter.ts'
import { OrderedSender } from './ordered-sender.ts'
import type { SubscriberQueues } from './subscriber-queues.ts'

export interface RelayDeps {
  store: Store
  queue: Queue
  runtime: Runtime
  subscribers: SubscriberQueues
  observer: Observer
}

/** Rows moved concurrently: enough to hide the round trip, few enough not to exhaust the connection pool. */
const concurrentMovesMax = 10

/** Sends events to the queues of all subscribers during one invocation. A queue that is down does not delay the others. */
export class Publisher {
  readonly #deps: RelayDeps
  readonly #senders: { subscriber: string; sender: OrderedSender }[]

  constructor(deps: RelayDeps, deadlineMs: number) {
    this.#deps = deps
    const { queue, runtime, observer } = deps
    this.#senders = Object.entries(deps.subscribers).map(([subscriber, queueUrl]) => ({
      subscriber,
      sender: new OrderedSender({ queue, queueUrl, runtime, observer, deadlineMs }),
    }))
  }

  /**
   * Sends each event to the queues subscribed to it. An event that all of these queues accepted moves from the outbox to the unconfirmed
   * events: first the new row, then the outbox row is deleted, so that a crash in between leaves both. The `left` ones
   * keep their rows, where the sweeper finds them. A crash between sending and deleting makes the sweeper send events again, which
   * consumers recognize by their checkpoints.
   */
  async publish(events: readonly DomainEvent[]): Promise<{ published: number; left: number }> {
    const sendings = await Promise.all(
      this.#senders.map(async ({ subscriber, sender }) => {
        const subscribed = events.filter((event) => isSubscribedTo(subscriber, event))
        return { subscriber, acceptedIds: subscribed.length > 0 ? await sender.send(subscribed) : new Set<string>() }
      }),
    )
    const sent = events.filter((event) =>
      sendings.every(({ subscriber, acceptedIds }) => acceptedIds.has(event.id) || !isSubscribedTo(subscriber, event)),
    )
    let published = 0
    for (let start = 0; start < sent.length; start += concurrentMovesMax) {
      const chunk = sent.slice(start, start + concurrentMovesMax)
      const moved = await Promise.all(chunk.map((event) => this.#moveRow(event)))
      published += moved.filter(Boolean).length
    }
    return { published, left: events.length - published }
  }

  async #moveRow(event: DomainEvent): Promise<boolean> {
    const { store, runtime, observer } = this.#deps
    try {
      await store.write(putUnconfirmed(event, new Date(runtime.now()).toISOString()))
      await store.write(removeFromOutbox(event))
      return true
    } catch (cause) {
      const facts = { eventId: event.id, correlationId: event.correlationId, cause }
      observer.warn('event was sent but could not be moved from the outbox: it will be sent again', facts)
      return false
    }
  }
}
