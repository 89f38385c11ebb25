import { batchSizeMax, type Message, type Queue, type SendResult } from './queue.ts'

/**
 * SQS: "All messages sent with a particular deduplication ID are accepted but not delivered during the 5-minute
 * interval."
 */
const deduplicationMs = 5 * 60_000

/** A received message. It stays invisible until it is deleted or made visible again. */
export interface ReceivedMessage {
  receiptHandle: number
  body: string
  groupId: string
  /** Receives so far, this one included. */
  receiveCount: number
}

interface StoredMessage extends ReceivedMessage {
  state: 'visible' | 'in-flight'
}

interface FifoQueue {
  messages: StoredMessage[]
  deadLetters: StoredMessage[]
  sentAtMs: Map<string, number>
}

/**
 * In-memory {@link Queue} for tests and simulation, with the receiving side of SQS FIFO: messages of a group arrive in order, a group
 * waits while one of its messages is in flight, deduplication follows the given clock, and a message that was received
 * `receiveCountMax` times moves to the dead-letter queue.
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

  /** Receives up to `max` messages, in order within each group. Messages that have no receives left become dead letters first. */
  receive(queueUrl: string, max = batchSizeMax): ReceivedMessage[] {
    const queue = this.#queue(queueUrl)
    const exhausted = queue.messages.filter((message) => message.state === 'visible' && this.#isExhausted(message))
    for (const message of exhausted) {
      queue.messages.splice(queue.messages.indexOf(message), 1)
      queue.deadLetters.push(message)
    }
    const busyGroups = new Set(
      queue.messages.filter(({ state }) => state === 'in-flight').map(({ groupId }) => groupId),
    )
    const received = queue.messages.filter(({ groupId }) => !busyGroups.has(groupId)).slice(0, max)
    return received.map((message) => {
      message.state = 'in-flight'
      message.receiveCount++
      message.receiptHandle = ++this.#receiptHandles
      const { state: _, ...withoutState } = message
      return withoutState
    })
  }

  /** Deletes a received message. An outdated receipt handle deletes nothing: the message has been received again since. */
  delete(queueUrl: string, receiptHandle: number): void {
    const queue = this.#queue(queueUrl)
    queue.messages = queue.messages.filter((message) => message.receiptHandle !== receiptHandle)
  }

  /** Makes a received message visible again, as the end of its visibility timeout does. */
  makeVisible(queueUrl: string, receiptHandle: number): void {
    const message = this.#queue(queueUrl).messages.find((candidate) => candidate.receiptHandle === receiptHandle)
    if (message) message.state = 'visible'
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
    const visible = messages.filter(({ state }) => state === 'visible').length
    return { visible, inFlight: messages.length - visible, deadLetters: deadLetters.length }
  }

  #isExhausted({ receiveCount }: StoredMessage): boolean {
    return receiveCount >= this.#receiveCountMax
  }

  #send(queue: FifoQueue, { body, groupId, deduplicationId }: Message): SendResult {
    const sentBefore = queue.sentAtMs.get(deduplicationId)
    if (sentBefore !== undefined && this.#now() - sentBefore < deduplicationMs) return { status: 'accepted' }
    queue.sentAtMs.set(deduplicationId, this.#now())
    this.#store(queue, body, groupId)
    return { status: 'accepted' }
  }

  #store(queue: FifoQueue, body: string, groupId: string): void {
    queue.messages.push({ body, groupId, receiveCount: 0, receiptHandle: ++this.#receiptHandles, state: 'visible' })
  }

  #queue(url: string): FifoQueue {
    const queue = this.#queues.get(url) ?? { messages: [], deadLetters: [], sentAtMs: new Map() }
    this.#queues.set(url, queue)
    return queue
  }
}
