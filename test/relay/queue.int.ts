import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { describe, expect, it } from 'vitest'
import type { Message, Queue } from '../../gateways/queue.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { SqsQueue } from '../../gateways/queue-sqs.ts'
import { ownEdge } from '../../localstack/embedded/test/edge/own-edge.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'

/** The receiving side of both queues. */
interface Receiver {
  receive(): Promise<{ body: string; receiveCount: number; done(): Promise<void>; makeVisible(): Promise<void> }[]>
}

const config = { region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

let queues = 0

async function onSqs(): Promise<{ queue: Queue; url: string; endpoint: string } & Receiver> {
  const { origin: endpoint } = await ownEdge()
  const client = new SQSClient({ ...config, endpoint })
  const QueueName = `subscriber-${++queues}.fifo`
  const Attributes = { FifoQueue: 'true', VisibilityTimeout: '60' }
  const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }))
  return {
    queue: new SqsQueue({ ...config, endpoint }),
    url,
    endpoint,
    async receive() {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }),
      )
      return Messages.map(({ Body: body = '', ReceiptHandle, Attributes: attributes }) => ({
        body,
        receiveCount: Number(attributes?.ApproximateReceiveCount),
        async done() {
          await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }))
        },
        async makeVisible() {
          await client.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }))
        },
      }))
    },
  }
}

async function inMemory(): Promise<{ queue: Queue; url: string } & Receiver> {
  const queue = new MemoryQueue(new ManualRuntime().now)
  const url = 'memory'
  return {
    queue,
    url,
    async receive() {
      return queue.receive(url).map(({ body, receiptHandle, receiveCount }) => ({
        body,
        receiveCount,
        done: async () => queue.delete(url, receiptHandle),
        makeVisible: async () => queue.makeVisible(url, receiptHandle),
      }))
    },
  }
}

const message = (body: string, groupId: string): Message => ({ body, groupId, deduplicationId: `id-${body}` })

/** Receives until the queue is empty. A receive may return any number of a group's messages. */
async function drain(receive: Receiver['receive']) {
  const all: Awaited<ReturnType<Receiver['receive']>> = []
  for (let batch = await receive(); batch.length > 0; batch = await receive()) {
    for (const message of batch) await message.done()
    all.push(...batch)
  }
  return all
}

describe.each([
  { name: 'SQS', made: onSqs },
  { name: 'the in-memory queue', made: inMemory },
])('$name', ({ made }) => {
  it('accepts a batch and delivers each group in order', async () => {
    const { queue, url, receive } = await made()
    const sent = [message('a1', 'a'), message('b1', 'b'), message('a2', 'a')]
    expect(await queue.sendBatch(url, sent)).toEqual(sent.map(() => ({ status: 'accepted' })))
    const bodies = (await drain(receive)).map(({ body }) => body)
    expect(bodies.toSorted()).toEqual(['a1', 'a2', 'b1'])
    expect(bodies.filter((body) => body.startsWith('a'))).toEqual(['a1', 'a2'])
  })

  it('accepts a duplicate and does not deliver it', async () => {
    const { queue, url, receive } = await made()
    await queue.sendBatch(url, [message('a1', 'a')])
    expect(await queue.sendBatch(url, [message('a1', 'a')])).toEqual([{ status: 'accepted' }])
    expect(await receive()).toHaveLength(1)
    expect(await receive()).toHaveLength(0)
  })

  it('delivers nothing of a group while one of its messages is in flight, and counts receives', async () => {
    const { queue, url, receive } = await made()
    await queue.sendBatch(url, [message('a1', 'a')])
    const [first] = await receive()
    await queue.sendBatch(url, [message('a2', 'a'), message('b1', 'b')])
    const others = await receive()
    expect(others.map(({ body }) => body)).toEqual(['b1'])
    await first?.makeVisible()
    const again = await drain(receive)
    expect(again.map(({ body, receiveCount }) => [body, receiveCount])).toEqual([
      ['a1', 2],
      ['a2', 1],
    ])
  })
})

describe('the SQS adapter', () => {
  it('returns a result per message: refused for a sender fault, failed for everything else', async () => {
    const answer = {
      Successful: [{ Id: '0', MessageId: 'm', MD5OfMessageBody: createHash('md5').update('fine').digest('hex') }],
      Failed: [
        { Id: '1', SenderFault: true, Code: 'InvalidMessageContents' },
        { Id: '2', SenderFault: false, Code: 'InternalError' },
        { Id: '3', SenderFault: true, Code: 'RequestThrottled' },
      ],
    }
    const sqs = createServer((_, response) => response.end(JSON.stringify(answer)))
    await new Promise<void>((resolve) => sqs.listen(0, '127.0.0.1', resolve))
    const { port } = sqs.address() as AddressInfo
    const endpoint = `http://127.0.0.1:${port}`
    const sent = ['fine', 'malformed', 'unlucky', 'throttled', 'unnamed'].map((body) => message(body, body))
    const results = await new SqsQueue({ ...config, endpoint }).sendBatch(`${endpoint}/1/q.fifo`, sent)
    sqs.closeAllConnections()
    await new Promise((resolve) => sqs.close(resolve))
    expect(results.map(({ status }) => status)).toEqual(['accepted', 'refused', 'failed', 'failed', 'failed'])
  })

  it('returns failed for every message, and does not throw, when the queue does not exist or can’t be reached', async () => {
    const { queue, endpoint } = await onSqs()
    const sent = [message('a1', 'a'), message('b1', 'b')]
    const missing = await queue.sendBatch(`${endpoint}/000000000000/none.fifo`, sent)
    expect(missing.map(({ status }) => status)).toEqual(['failed', 'failed'])
    const nowhere = new SqsQueue({ ...config, endpoint: 'http://127.0.0.1:1' })
    const unreached = await nowhere.sendBatch('http://127.0.0.1:1/000000000000/none.fifo', sent)
    expect(unreached.map(({ status }) => status)).toEqual(['failed', 'failed'])
  })
})
