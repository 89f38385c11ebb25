/**
 * The door to the message queues: SQS FIFO as this project uses it. Two classes implement it, {@link ./sqs-queue.ts}
 * and {@link ./memory-queue.ts}.
 */
export interface Queue {
  /**
   * Sends up to 10 messages in one call and tells of each what became of it, in their order. Never throws for a
   * failure: a batch that failed as a whole is ten failed messages. Never retries: who calls knows how long it may.
   */
  sendBatch(queueUrl: string, messages: readonly Message[]): Promise<SendResult[]>
}

/** SQS's limit for one call. */
export const batchSizeMax = 10

export interface Message {
  body: string
  /** Messages of one group are received in the order in which they were sent. */
  groupId: string
  /** A second message under the same id is dropped for five minutes. */
  deduplicationId: string
}

/** `refused`: this message will never be accepted as it is (the sender's fault). `failed`: not now, or nobody knows. */
export type SendResult = { status: 'accepted' } | { status: 'refused' | 'failed'; cause: unknown }
