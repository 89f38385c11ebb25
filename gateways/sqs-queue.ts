import { SendMessageBatchCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs'
import type { Message, Queue, SendResult } from './queue.ts'

/** {@link Queue} on SQS, or on anything that speaks its protocol. */
export class SqsQueue implements Queue {
  readonly #client: SQSClient

  constructor(config: SQSClientConfig = {}) {
    // Sent once: the relay retries itself, within the time that its function has.
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
      const faults = new Map(Failed.map((fault) => [fault.Id, fault]))
      return Entries.map(({ Id }) => (accepted.has(Id) ? { status: 'accepted' } : fault(faults.get(Id))))
    } catch (cause) {
      return messages.map(() => ({ status: 'failed', cause }))
    }
  }
}

/** An entry that the answer does not name at all may have been accepted or not: failed, as nobody knows. */
function fault(entry: { SenderFault?: boolean | undefined; Code?: string | undefined } | undefined): SendResult {
  const cause = entry ?? new Error('the answer does not name this message')
  // Throttling is the sender's fault in SQS's words, but passes.
  const passes = entry?.Code?.includes('Throttl') ?? false
  return { status: entry?.SenderFault && !passes ? 'refused' : 'failed', cause }
}
