import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import type { Queue } from '../../gateways/queue.ts'
import { removeFromOutbox } from '../../tables/outbox.ts'
import type { Store } from '../../tables/store.ts'
import type { Observer } from '../observer.ts'
import { isSubscribedTo } from './event-filter.ts'
import { OrderedSender } from './ordered-sender.ts'
import type { SubscriberQueues } from './subscriber-queues.ts'

/** What deps works with. */
export interface RelayDeps {
  store: Store
  queue: Queue
  runtime: Runtime
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
   * Sends each event to every queue that isSubscribedTo it, then deletes the rows of those that all of these accepted. What is `left` keeps its
   * row, so the sweeper finds it; a crash in between leaves rows of sent events, whose second sending the checkpoints make
   * harmless.
   */
  async publish(events: readonly DomainEvent[]): Promise<{ published: number; left: number }> {
    const answers = await Promise.all(
      this.#senders.map(async ({ subscriber, sender }) => {
        const wanted = events.filter((event) => isSubscribedTo(subscriber, event))
        return { subscriber, accepted: wanted.length > 0 ? await sender.send(wanted) : new Set<string>() }
      }),
    )
    const sent = events.filter((event) =>
      answers.every(({ subscriber, accepted }) => accepted.has(event.id) || !isSubscribedTo(subscriber, event)),
    )
    let published = 0
    for (let start = 0; start < sent.length; start += deletesAtOnce) {
      const deleted = await Promise.all(sent.slice(start, start + deletesAtOnce).map((event) => this.#delete(event)))
      published += deleted.filter(Boolean).length
    }
    return { published, left: events.length - published }
  }

  async #delete(event: DomainEvent): Promise<boolean> {
    const { store, observer } = this.#deps
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
