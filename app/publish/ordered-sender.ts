import type { DomainEvent } from '../../domain/event.ts'
import type { Runtime } from '../../domain/runtime.ts'
import { batchSizeMax, type Queue, type SendResult } from '../../gateways/queue.ts'
import { Retries } from '../../tables/retries.ts'
import type { Observer } from '../observer.ts'
import { messageGroupOf, toQueueMessage } from './queue-message.ts'

/**
 * A message that fails this often while others pass is left to the sweeper: the queue works, so waiting here would not
 * help.
 */
const triesMax = 3

/**
 * Batches in a row of which nothing is accepted: the queue is down, and all that is left is for the sweeper, or for its
 * next sweep.
 */
const failedBatchesMax = 4

/** What is still to be sent of one aggregate, the next one first. */
interface Lane {
  events: DomainEvent[]
  tries: number
}

/**
 * Sends to one queue for the length of one invocation. Of each aggregate one event is under way at a time, and a later
 * one goes only after the earlier was accepted; what could not be sent holds back what follows it, also in later calls.
 */
export class OrderedSender {
  readonly #queue: Queue
  readonly #queueUrl: string
  readonly #runtime: Runtime
  readonly #observer: Observer
  readonly #deadlineMs: number
  readonly #held = new Set<string>()
  #failedBatches = 0

  constructor(settings: { queue: Queue; queueUrl: string; runtime: Runtime; observer: Observer; deadlineMs: number }) {
    this.#queue = settings.queue
    this.#queueUrl = settings.queueUrl
    this.#runtime = settings.runtime
    this.#observer = settings.observer
    this.#deadlineMs = settings.deadlineMs
  }

  /** Returns the ids of the events that the queue accepted. */
  async send(events: readonly DomainEvent[]): Promise<Set<string>> {
    const accepted = new Set<string>()
    const lanes = this.#lanes(events)
    const retries = new Retries(this.#runtime, this.#deadlineMs)
    while (lanes.size > 0 && !this.#isDown() && this.#runtime.now() < this.#deadlineMs) {
      const batch = heads(lanes)
      const results = await this.#queue.sendBatch(
        this.#queueUrl,
        batch.map(({ event }) => toQueueMessage(event)),
      )
      const before = accepted.size
      for (const [index, { key, lane, event }] of batch.entries()) {
        const result = results[index] ?? { status: 'failed', cause: new Error('no result') }
        if (result.status === 'accepted') accepted.add(event.id)
        this.#settle(lanes, key, lane, result)
      }
      if (accepted.size > before) {
        this.#failedBatches = 0
        continue
      }
      this.#failedBatches++
      if (!(await retries.next())) this.#failedBatches = failedBatchesMax
    }
    return accepted
  }

  #isDown(): boolean {
    return this.#failedBatches >= failedBatchesMax
  }

  #lanes(events: readonly DomainEvent[]): Map<string, Lane> {
    const lanes = new Map<string, Lane>()
    for (const event of events.toSorted((a, b) => a.seq - b.seq)) {
      const key = messageGroupOf(event)
      if (this.#held.has(key)) continue
      const lane = lanes.get(key)
      if (lane) lane.events.push(event)
      else lanes.set(key, { events: [event], tries: 0 })
    }
    return lanes
  }

  /** A lane that failed goes to the end, so that it holds up no other. */
  #settle(lanes: Map<string, Lane>, key: string, lane: Lane, result: SendResult): void {
    lanes.delete(key)
    if (result.status === 'accepted') {
      lane.events.shift()
      lane.tries = 0
      if (lane.events.length > 0) lanes.set(key, lane)
      return
    }
    lane.tries++
    const [event] = lane.events
    const facts = {
      queueUrl: this.#queueUrl,
      eventId: event?.id,
      correlationId: event?.correlationId,
      cause: result.cause,
    }
    this.#observer.count(result.status === 'refused' ? 'MessagesRefused' : 'MessagesFailed')
    if (result.status === 'failed' && lane.tries < triesMax) {
      this.#observer.info('a queue did not take an event: it is tried again', facts)
      lanes.set(key, lane)
      return
    }
    this.#observer.warn('a queue did not take an event: it is left to the sweeper', facts)
    this.#held.add(key)
  }
}

function heads(lanes: Map<string, Lane>): { key: string; lane: Lane; event: DomainEvent }[] {
  const batch: { key: string; lane: Lane; event: DomainEvent }[] = []
  for (const [key, lane] of lanes) {
    if (batch.length === batchSizeMax) break
    const [event] = lane.events
    if (event) batch.push({ key, lane, event })
  }
  return batch
}
