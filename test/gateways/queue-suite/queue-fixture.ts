import type { Queue } from '../../../gateways/queue.ts'
import { MemoryQueue } from '../../../gateways/queue-memory.ts'
import { ManualRuntime } from '../../../proof/manual-runtime.ts'

/** A FIFO queue to try, with its receiving side. It deduplicates by message group, and a message is received three times at most. */
export interface QueueFixture {
  queue: Queue
  url: string
  /** Up to ten messages, in flight for a minute unless told otherwise. */
  receive(visibilitySeconds?: number): Promise<Received[]>
  /** Sends all dead letters again. */
  redrive(): Promise<void>
  depth(): Promise<Depth>
  /** Absent where the clock is not ours to move. */
  advance?: (seconds: number) => void
  close(): Promise<void>
}

export interface Depth {
  visible: number
  inFlight: number
  deadLetters: number
}

export interface Received {
  body: string
  groupId: string
  receiveCount: number
  /** Returns after a refusal, too: whether the message is still there shows the next receive. */
  remove(): Promise<void>
  makeVisible(): Promise<void>
}

export const receivesMax = 3
export const visibilitySecondsDefault = 60

export async function memoryQueueFixture(): Promise<QueueFixture> {
  const runtime = new ManualRuntime()
  return fixtureOf(new MemoryQueue(runtime.now, receivesMax), runtime)
}

/** `queue` may be a twin with a mistake. */
export function fixtureOf(queue: MemoryQueue, runtime: ManualRuntime): QueueFixture {
  const url = 'https://queues.example.com/subscriber.fifo'
  return {
    queue,
    url,
    async receive(visibilitySeconds = visibilitySecondsDefault) {
      return queue.receive(url, 10, visibilitySeconds * 1000).map(({ body, groupId, receiptHandle, receiveCount }) => ({
        body,
        groupId,
        receiveCount,
        remove: async () => queue.delete(url, receiptHandle),
        makeVisible: async () => queue.makeVisible(url, receiptHandle),
      }))
    },
    redrive: async () => void queue.redrive(url),
    depth: async () => queue.depth(url),
    advance: (seconds) => runtime.advance(seconds * 1000),
    close: async () => {},
  }
}
