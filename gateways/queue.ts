/** The sending side of SQS FIFO queues. */
export interface Queue {
  /**
   * Sends 1 to 10 messages in one call and returns one result per message, in the same order. A failed call never throws: each of its
   * messages is `failed`. Never retries: only the caller knows its deadline.
   */
  sendBatch(queueUrl: string, messages: readonly Message[]): Promise<SendResult[]>
}

/** Entries in one SendMessageBatch call (SQS quota). */
export const batchSizeMax = 10

export interface Message {
  body: string
  /** Message group: its messages are received in the order in which they were sent. */
  groupId: string
  /** Within five minutes, a second message with the same id is accepted and not delivered. */
  deduplicationId: string
}

/** `refused`: SQS will never accept this message as it is (sender fault). `failed`: not accepted now, or outcome unknown. */
export type SendResult = { status: 'accepted' } | { status: 'refused' | 'failed'; cause: unknown }
