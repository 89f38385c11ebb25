import { SendMessageBatchCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import type { Message, Queue, SendResult } from './queue.ts'

/** {@link Queue} on SQS. */
export class SqsQueue implements Queue {
  readonly #client: SQSClient

  constructor(config: SQSClientConfig = {}) {
    // One attempt: the relay retries within its own deadline.
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000, throwOnRequestTimeout: true }
    this.#client = new SQSClient({ requestHandler, ...config, maxAttempts: 1 })
  }

  async sendBatch(queueUrl: string, messages: readonly Message[]): Promise<SendResult[]> {
    const Entries = messages.map(({ body, groupId, deduplicationId }, index) => ({
      Id: String(index),
      MessageBody: body,
      MessageGroupId: groupId,
      MessageDeduplicationId: deduplicationId,
    }))
    try {
      const { Successful = [], Failed = [] } = await this.#client.send(
        new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }),
      )
      const accepted = new Set(Successful.map(({ Id }) => Id))
      const failures = new Map(Failed.map((failure) => [failure.Id, failure]))
      return Entries.map(({ Id }) => (accepted.has(Id) ? { status: 'accepted' } : failureOf(failures.get(Id))))
    } catch (cause) {
      return messages.map(() => ({ status: 'failed', cause }))
    }
  }
}

/** An entry that the response does not list may have been accepted or not, so it counts as failed. */
function failureOf(entry: { SenderFault?: boolean | undefined; Code?: string | undefined } | undefined): SendResult {
  const cause = entry ?? new Error('the SQS response does not list this message')
  // SQS flags throttling as a sender fault, but it is temporary.
  const isThrottled = entry?.Code?.includes('Throttl') ?? false
  return { status: entry?.SenderFault && !isThrottled ? 'refused' : 'failed', cause }
}
