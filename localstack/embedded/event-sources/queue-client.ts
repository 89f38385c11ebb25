import type { JsonService, Principal } from '../ports.ts'
import type { QueueMessage } from './queue-event.ts'

/** One queue, for its poller. */
export interface QueueClient {
  /** At most ten messages, at once: waiting is the poller's business. */
  receive(count: number): Promise<QueueMessage[]>
  delete(receiptHandles: readonly string[]): Promise<void>
  /** Makes messages visible at once; a handle that is no longer valid is no error. */
  release(receiptHandles: readonly string[]): Promise<void>
}

/** SQS's limit for ReceiveMessage and for every batch call. */
const entriesMax = 10

interface BatchAnswer {
  Failed?: { SenderFault?: boolean; Message?: string }[]
}

export async function openQueue(queues: JsonService, queueName: string, principal: Principal): Promise<QueueClient> {
  const { QueueUrl } = (await queues.handle('GetQueueUrl', { QueueName: queueName }, principal)) as { QueueUrl: string }

  /** Answers why entries were refused that might succeed another time. */
  async function inBatches(operation: string, receiptHandles: readonly string[], more: Record<string, unknown> = {}) {
    const retriable: string[] = []
    for (let start = 0; start < receiptHandles.length; start += entriesMax) {
      const Entries = receiptHandles
        .slice(start, start + entriesMax)
        .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, ...more }))
      const { Failed = [] } = (await queues.handle(operation, { QueueUrl, Entries }, principal)) as BatchAnswer
      // The sender's fault is a handle that is no longer valid: its message is visible again, or gone.
      for (const { SenderFault, Message } of Failed) if (!SenderFault) retriable.push(`${operation}: ${Message}`)
    }
    return retriable
  }

  return {
    async receive(count) {
      const input = {
        QueueUrl,
        MaxNumberOfMessages: Math.min(count, entriesMax),
        WaitTimeSeconds: 0,
        AttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      }
      const answer = (await queues.handle('ReceiveMessage', input, principal)) as { Messages?: QueueMessage[] }
      return answer.Messages ?? []
    },
    async delete(receiptHandles) {
      const [problem] = await inBatches('DeleteMessageBatch', receiptHandles)
      if (problem !== undefined) throw new Error(problem)
    },
    async release(receiptHandles) {
      await inBatches('ChangeMessageVisibilityBatch', receiptHandles, { VisibilityTimeout: 0 })
    },
  }
}
