import {
  CreateQueueCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { clientConfig, type Target } from '../../../proof/target.ts'

/** The target's queues as an operator uses them, by the AWS API. */
export interface QueueClient {
  /** A FIFO queue needs `group` and `id` (the deduplication id). Rejects when the queue refuses the message; never retries. */
  send(url: string, body: string, fifo?: { group: string; id: string }): Promise<void>
  /** Creates a standard queue, and deletes it when `use` has ended. */
  withTemporaryQueue(name: string, use: (url: string) => Promise<void>): Promise<void>
  /** Receives until the queue is empty, and returns the bodies. */
  drain(url: string): Promise<string[]>
}

export function queueClient({ edgeUrl }: Target): QueueClient {
  const client = new SQSClient({ ...clientConfig(edgeUrl), maxAttempts: 1 })
  return {
    async send(QueueUrl, MessageBody, fifo) {
      const fifoInput = fifo && { MessageGroupId: fifo.group, MessageDeduplicationId: fifo.id }
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...fifoInput }))
    },
    async withTemporaryQueue(QueueName, use) {
      const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName }))
      try {
        await use(QueueUrl)
      } finally {
        await client.send(new DeleteQueueCommand({ QueueUrl }))
      }
    },
    async drain(QueueUrl) {
      const bodies: string[] = []
      for (;;) {
        const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 })
        const { Messages = [] } = await client.send(receive)
        if (Messages.length === 0) return bodies
        bodies.push(...Messages.map(({ Body = '' }) => Body))
      }
    },
  }
}
