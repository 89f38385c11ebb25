import { batchSizeMax, type Message, type Queue, type SendResult } from './queue.ts'

/**
 * SQS: "All messages sent with a particular deduplication ID are accepted but not delivered during the 5-minute
 * interval."
 */
const deduplicationMs = 5 * 60_000

/** A message that was received and is invisible to others until it is deleted or given back. */
export interface Received {
  receiptHandle: number
  body: string
  groupId: string
  /** How often it has been received, this time included. */
  receiveCount: number
}

interface Stored extends Received {
  state: 'visible' | 'in-flight'
}

interface Fifo {
  messages: Stored[]
  deadLetters: Stored[]
  sentAtMs: Map<string, number>
}

/**
 * {@link Queue} in memory with the receiving side of SQS FIFO that consumers meet: groups in order, a group waits while
 * one of its messages is in flight, deduplication by the given clock, dead letters after `receiveCountMax` receives.
 */
export class MemoryQueue implements Queue {
  readonly #now: () => number
  readonly #receiveCountMax: number
  readonly #queues = new Map<string, Fifo>()
  #receiptHandles = 0

  constructor(now: () => number, receiveCountMax = 5) {
    this.#now = now
    this.#receiveCountMax = receiveCountMax
  }

  async sendBatch(queueUrl: string, messages: readonly Message[]): Promise<SendResult[]> {
    if (messages.length < 1 || messages.length > batchSizeMax)
      throw new Error(`a batch has 1 to ${batchSizeMax} messages`)
    return messages.map((message) => this.#send(this.#queue(queueUrl), message))
  }

  /** Takes up to `max` messages, each group's in order. A message received once too often is set aside instead. */
  receive(queueUrl: string, max = batchSizeMax): Received[] {
    const queue = this.#queue(queueUrl)
    for (const worn of queue.messages.filter((each) => each.state === 'visible' && this.#isWorn(each))) {
      queue.messages.splice(queue.messages.indexOf(worn), 1)
      queue.deadLetters.push(worn)
    }
    const busy = new Set(queue.messages.filter(({ state }) => state === 'in-flight').map(({ groupId }) => groupId))
    const taken = queue.messages.filter(({ groupId }) => !busy.has(groupId)).slice(0, max)
    return taken.map((message) => {
      message.state = 'in-flight'
      message.receiveCount++
      message.receiptHandle = ++this.#receiptHandles
      const { state: _, ...received } = message
      return received
    })
  }

  /** Done with. An old receiptHandle deletes nothing: the message has been received by another since. */
  delete(queueUrl: string, receiptHandle: number): void {
    const queue = this.#queue(queueUrl)
    queue.messages = queue.messages.filter((message) => message.receiptHandle !== receiptHandle)
  }

  /** Makes a message visible again, as its visibility timeout would. */
  giveBack(queueUrl: string, receiptHandle: number): void {
    const message = this.#queue(queueUrl).messages.find((each) => each.receiptHandle === receiptHandle)
    if (message) message.state = 'visible'
  }

  /** Sends all dead letters again, as new messages. Returns how many. */
  redrive(queueUrl: string): number {
    const queue = this.#queue(queueUrl)
    const redriven = queue.deadLetters.splice(0)
    for (const { body, groupId } of redriven) this.#store(queue, body, groupId)
    return redriven.length
  }

  /** How many messages wait, are in flight, and were set aside. */
  depth(queueUrl: string): { waiting: number; inFlight: number; deadLetters: number } {
    const { messages, deadLetters } = this.#queue(queueUrl)
    const waiting = messages.filter(({ state }) => state === 'visible').length
    return { waiting, inFlight: messages.length - waiting, deadLetters: deadLetters.length }
  }

  #isWorn({ receiveCount }: Stored): boolean {
    return receiveCount >= this.#receiveCountMax
  }

  #send(queue: Fifo, { body, groupId, deduplicationId }: Message): SendResult {
    const sentBefore = queue.sentAtMs.get(deduplicationId)
    if (sentBefore !== undefined && this.#now() - sentBefore < deduplicationMs) return { status: 'accepted' }
    queue.sentAtMs.set(deduplicationId, this.#now())
    this.#store(queue, body, groupId)
    return { status: 'accepted' }
  }

  #store(queue: Fifo, body: string, groupId: string): void {
    queue.messages.push({ body, groupId, receiveCount: 0, receiptHandle: ++this.#receiptHandles, state: 'visible' })
  }

  #queue(url: string): Fifo {
    const queue = this.#queues.get(url) ?? { messages: [], deadLetters: [], sentAtMs: new Map() }
    this.#queues.set(url, queue)
    return queue
  }
}
