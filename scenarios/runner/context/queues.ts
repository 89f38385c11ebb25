import {
  CreateQueueCommand,
  DeleteQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { clientConfig, type Target } from '../../../proof/target.ts'

/** Queues of the target, as a person with a console uses them. */
export interface Queues {
  /** `group` and `id` for a FIFO queue. Rejects when the queue does not take it. */
  send(url: string, body: string, fifo?: { group: string; id: string }): Promise<void>
  /** Makes a queue for the length of `use`. */
  withOwnQueue(name: string, use: (url: string) => Promise<void>): Promise<void>
  /** Everything that is there now. */
  drain(url: string): Promise<string[]>
}

export function queuesOf({ edgeUrl }: Target): Queues {
  const client = new SQSClient({ ...clientConfig(edgeUrl), maxAttempts: 1 })
  return {
    async send(QueueUrl, MessageBody, fifo) {
      const more = fifo && { MessageGroupId: fifo.group, MessageDeduplicationId: fifo.id }
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }))
    },
    async withOwnQueue(QueueName, use) {
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
