import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { batchSizeMax, type Queue, type SendResult } from '../../gateways/queue.ts'
import { Retries } from '../../tables/retries.ts'
import type { Observer } from '../observer.ts'
import { messageGroupId, toQueueMessage } from './queue-message.ts'

/** A message that fails this many times while others succeed is left to the sweeper, as waiting here would not help. */
const triesMax = 3

/** After this many consecutive batches that failed as a whole, the queue counts as down and the rest is left to the sweeper. */
const failedBatchesMax = 4

/** The unsent events of one aggregate, in order. */
interface MessageGroup {
  id: string
  events: DomainEvent[]
  /** Failed attempts to send the first event. */
  tries: number
}

export interface OrderedSenderSettings {
  queue: Queue
  queueUrl: string
  runtime: Runtime
  observer: Observer
  /** Epoch milliseconds. */
  deadlineMs: number
}

/**
 * Sends events to one FIFO queue during one invocation. A batch holds at most one event of each message group, and a later event is
 * sent only after the earlier one was accepted. An event that could not be sent holds back its group, in later calls too.
 */
export class OrderedSender {
  readonly #settings: OrderedSenderSettings
  readonly #blockedGroupIds = new Set<string>()
  #failedBatches = 0

  constructor(settings: OrderedSenderSettings) {
    this.#settings = settings
  }

  /** Returns the ids of the events that the queue accepted. */
  async send(events: readonly DomainEvent[]): Promise<Set<string>> {
    const { queue, queueUrl, runtime, deadlineMs } = this.#settings
    const acceptedIds = new Set<string>()
    const retries = new Retries(runtime, deadlineMs)
    let groups = this.#unblockedGroups(events)
    while (groups.length > 0 && this.#failedBatches < failedBatchesMax && runtime.now() < deadlineMs) {
      const batch = groups.slice(0, batchSizeMax).map((group) => ({ group, event: firstEvent(group) }))
      const results = await queue.sendBatch(
        queueUrl,
        batch.map(({ event }) => toQueueMessage(event)),
      )
      const remaining = batch.flatMap(({ group, event }, index) => {
        const result = results[index] ?? { status: 'failed', cause: new Error('the queue returned no result') }
        if (result.status === 'accepted') acceptedIds.add(event.id)
        return this.#recordResult(group, result) ? [group] : []
      })
      // A group that has events left goes to the end, so that it does not delay others.
      groups = [...groups.slice(batchSizeMax), ...remaining]
      // A queue that refuses a message answers: however many it refuses, those behind them get their turn.
      if (results.some(({ status }) => status !== 'failed')) {
        this.#failedBatches = 0
        continue
      }
      this.#failedBatches++
      if (!(await retries.next())) this.#failedBatches = failedBatchesMax
    }
    return acceptedIds
  }

  #unblockedGroups(events: readonly DomainEvent[]): MessageGroup[] {
    const inOrder = events.toSorted((a, b) => a.seq - b.seq)
    return [...Map.groupBy(inOrder, messageGroupId)]
      .filter(([id]) => !this.#blockedGroupIds.has(id))
      .map(([id, events]) => ({ id, events, tries: 0 }))
  }

  /** Updates a group after an attempt to send its first event. Returns whether to go on with the group. */
  #recordResult(group: MessageGroup, result: SendResult): boolean {
    if (result.status === 'accepted') {
      group.events.shift()
      group.tries = 0
      return group.events.length > 0
    }
    group.tries++
    const { queueUrl, observer } = this.#settings
    const { id: eventId, correlationId } = firstEvent(group)
    const facts = { queueUrl, eventId, correlationId, cause: result.cause }
    observer.count(result.status === 'refused' ? 'MessagesRefused' : 'MessagesFailed')
    if (result.status === 'failed' && group.tries < triesMax) {
      observer.info('event was not accepted by a queue: it is sent again', facts)
      return true
    }
    observer.warn('event was not accepted by a queue: it is left to the sweeper', facts)
    this.#blockedGroupIds.add(group.id)
    return false
  }
}

function firstEvent({ id, events: [event] }: MessageGroup): DomainEvent {
  if (!event) throw new Error(`the message group ${id} has no event left to send`)
  return event
}
