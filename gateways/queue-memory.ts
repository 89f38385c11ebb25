import { minuteMs } from '../domain/durations.ts'
import { batchSizeMax, type Message, type Queue, type SendResult } from './queue.ts'

/**
 * SQS: "All messages sent with a particular deduplication ID are accepted but not delivered during the 5-minute
 * interval."
 */
const deduplicationMs = 5 * minuteMs

/** A received message. It stays invisible until it is deleted or made visible again. */
export interface ReceivedMessage {
  receiptHandle: number
  body: string
  groupId: string
  /** Receives so far, this one included. */
  receiveCount: number
}

interface StoredMessage extends ReceivedMessage {
  /** Epoch milliseconds. In flight before; 0 in a message that was not received yet. */
  visibleAtMs: number
}

interface FifoQueue {
  messages: StoredMessage[]
  deadLetters: StoredMessage[]
  /** Keyed by message group and deduplication id: our queues deduplicate within a group. */
  sentAtMs: Map<string, number>
}

/**
 * In-memory {@link Queue} for tests and simulation, with the receiving side of SQS FIFO: messages of a group arrive in order, a group
 * waits while one of its messages is in flight, deduplication and visibility follow the given clock, and a message that was received
 * `receiveCountMax` times moves to the dead-letter queue. It is held to what a queue of SQS does by test/gateways/queue-suite.
 */
export class MemoryQueue implements Queue {
  readonly #now: () => number
  readonly #receiveCountMax: number
  readonly #queues = new Map<string, FifoQueue>()
  #receiptHandles = 0

  constructor(now: () => number, receiveCountMax = 5) {
    this.#now = now
    this.#receiveCountMax = receiveCountMax
  }

  async sendBatch(queueUrl: string, messages: readonly Message[]): Promise<SendResult[]> {
    if (messages.length < 1 || messages.length > batchSizeMax)
      throw new Error(`a batch must have 1 to ${batchSizeMax} messages, not ${messages.length}`)
    return messages.map((message) => this.#send(this.#queue(queueUrl), message))
  }

  /**
   * Receives up to `max` messages, in order within each group. They stay in flight for `visibilityMs`. Messages of a free group that have
   * no receives left become dead letters first.
   */
  receive(queueUrl: string, max = batchSizeMax, visibilityMs = Number.POSITIVE_INFINITY): ReceivedMessage[] {
    const queue = this.#queue(queueUrl)
    const busyGroups = new Set(
      queue.messages.filter((message) => this.#isInFlight(message)).map(({ groupId }) => groupId),
    )
    const free = queue.messages.filter(({ groupId }) => !busyGroups.has(groupId))
    const exhausted = free.filter(({ receiveCount }) => receiveCount >= this.#receiveCountMax)
    queue.messages = queue.messages.filter((message) => !exhausted.includes(message))
    queue.deadLetters.push(...exhausted)
    const received = free.filter((message) => !exhausted.includes(message)).slice(0, max)
    return received.map((message) => {
      message.visibleAtMs = this.#now() + visibilityMs
      message.receiveCount++
      message.receiptHandle = ++this.#receiptHandles
      const { visibleAtMs: _, ...withoutVisibility } = message
      return withoutVisibility
    })
  }

  /**
   * Deletes a message in flight. Any other receipt handle deletes nothing, as FIFO queues refuse an expired one: the message was received
   * again since, or its visibility timeout has ended.
   */
  delete(queueUrl: string, receiptHandle: number): void {
    const queue = this.#queue(queueUrl)
    const deleted = this.#find(queue, receiptHandle)
    queue.messages = queue.messages.filter((message) => message !== deleted)
  }

  /** Makes a message in flight visible again, as the end of its visibility timeout does. */
  makeVisible(queueUrl: string, receiptHandle: number): void {
    const message = this.#find(this.#queue(queueUrl), receiptHandle)
    if (message) message.visibleAtMs = this.#now()
  }

  /** Sends all dead letters again as new messages. Returns how many. */
  redrive(queueUrl: string): number {
    const queue = this.#queue(queueUrl)
    const redriven = queue.deadLetters.splice(0)
    for (const { body, groupId } of redriven) this.#store(queue, body, groupId)
    return redriven.length
  }

  /** The number of visible messages, messages in flight and dead letters. */
  depth(queueUrl: string): { visible: number; inFlight: number; deadLetters: number } {
    const { messages, deadLetters } = this.#queue(queueUrl)
    const inFlight = messages.filter((message) => this.#isInFlight(message)).length
    return { visible: messages.length - inFlight, inFlight, deadLetters: deadLetters.length }
  }

  #isInFlight({ visibleAtMs }: StoredMessage): boolean {
    return visibleAtMs > this.#now()
  }

  #find({ messages }: FifoQueue, receiptHandle: number): StoredMessage | undefined {
    return messages.find((message) => message.receiptHandle === receiptHandle && this.#isInFlight(message))
  }

  #send(queue: FifoQueue, { body, groupId, deduplicationId }: Message): SendResult {
    const refusal = refusalOf(body)
    if (refusal) return refusal
    const id = `${groupId} ${deduplicationId}`
    const sentBefore = queue.sentAtMs.get(id)
    if (sentBefore !== undefined && this.#now() - sentBefore < deduplicationMs) return { status: 'accepted' }
    queue.sentAtMs.set(id, this.#now())
    this.#store(queue, body, groupId)
    return { status: 'accepted' }
  }

  #store(queue: FifoQueue, body: string, groupId: string): void {
    queue.messages.push({ body, groupId, receiveCount: 0, receiptHandle: ++this.#receiptHandles, visibleAtMs: 0 })
  }

  #queue(url: string): FifoQueue {
    const queue = this.#queues.get(url) ?? { messages: [], deadLetters: [], sentAtMs: new Map() }
    this.#queues.set(url, queue)
    return queue
  }
}

/**
 * SQS takes only characters that XML 1.0 has: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
function refusalOf(body: string): SendResult | undefined {
  if (/^[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]+$/u.test(body)) return undefined
  return { status: 'refused', cause: new Error('the message is empty, or has characters that SQS does not take') }
}
