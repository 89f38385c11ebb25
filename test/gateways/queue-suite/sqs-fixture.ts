import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import { SqsQueue } from '../../../gateways/queue-sqs.ts'
import { startQueues } from '../../../localstack/embedded/sqs/start-queues.ts'
import { startOpenEdge } from '../../../localstack/embedded/test/edge/start-open-edge.ts'
import { createWakeups } from '../../../localstack/embedded/wakeups.ts'
import { type QueueFixture, receivesMax, visibilitySecondsDefault } from './queue-fixture.ts'

/** An SQS in which fixtures are made, each a queue of its own with a queue for its dead letters. */
export interface Sqs {
  endpoint: string
  fixture(): Promise<QueueFixture>
  stop(): Promise<void>
}

const config = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } }

/** The embedded engine behind its edge, with a clock that stands still until a fixture moves it. */
export async function startSqs(): Promise<Sqs> {
  const dataDir = await mkdtemp(join(tmpdir(), 'steadfast-queues-'))
  const log = { info() {}, warn() {} }
  let nowMs = Date.UTC(2026, 2, 1)
  let ids = 0
  let origin = ''
  const runtime = { now: () => nowMs, uuid: () => `id-${++ids}`, nonce: () => ++ids }
  const queues = startQueues({ dataDir, wakeups: createWakeups(), origin: () => origin, log, runtime })
  const edge = await startOpenEdge({ services: { sqs: queues.service }, log })
  origin = edge.origin
  const sqs = sqsAt(edge.origin)
  return {
    endpoint: edge.origin,
    async fixture() {
      const advance = (seconds: number) => {
        nowMs += seconds * 1000
      }
      return { ...(await sqs.fixture()), advance }
    },
    async stop() {
      await sqs.stop()
      await edge.stop()
      await queues.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** Any SQS, an emulator's for example. */
export function sqsAt(endpoint: string): Sqs {
  const client = new SQSClient({ ...config, endpoint })
  const run = Date.now().toString(36)
  let fixtures = 0

  async function create(QueueName: string, more: Record<string, string> = {}) {
    const Attributes = { FifoQueue: 'true', ...more }
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName, Attributes }))
    return { QueueUrl, arn: (await attributes(QueueUrl)).QueueArn ?? '' }
  }

  async function attributes(QueueUrl: string): Promise<Record<string, string>> {
    return (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {}
  }

  return {
    endpoint,
    stop: async () => client.destroy(),
    async fixture() {
      const name = `twin-${run}-${++fixtures}`
      const dead = await create(`${name}-dlq.fifo`)
      const { QueueUrl } = await create(`${name}.fifo`, {
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: receivesMax }),
      })
      const isRunning = async () => {
        const tasks = await client.send(new ListMessageMoveTasksCommand({ SourceArn: dead.arn }))
        return tasks.Results?.[0]?.Status === 'RUNNING'
      }
      return {
        queue: new SqsQueue({ ...config, endpoint }),
        url: QueueUrl,
        async receive(VisibilityTimeout = visibilitySecondsDefault) {
          const { Messages = [] } = await client.send(
            new ReceiveMessageCommand({
              QueueUrl,
              VisibilityTimeout,
              MaxNumberOfMessages: 10,
              MessageSystemAttributeNames: ['All'],
            }),
          )
          return Messages.map(({ Body: body = '', ReceiptHandle, Attributes: { ...of } = {} }) => ({
            body,
            groupId: of.MessageGroupId ?? '',
            receiveCount: Number(of.ApproximateReceiveCount),
            remove: () => unlessRefused(client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))),
            makeVisible: () =>
              unlessRefused(
                client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 })),
              ),
          }))
        },
        async redrive() {
          await client.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }))
          while (await isRunning());
        },
        async depth() {
          const [own, letters] = [await attributes(QueueUrl), await attributes(dead.QueueUrl)]
          return {
            visible: Number(own.ApproximateNumberOfMessages),
            inFlight: Number(own.ApproximateNumberOfMessagesNotVisible),
            deadLetters: Number(letters.ApproximateNumberOfMessages),
          }
        },
        close: async () => {},
      }
    },
  }
}

/** What SQS answers to a receipt handle that is no longer valid. */
const refusals = ['InvalidParameterValue', 'ReceiptHandleIsInvalid', 'MessageNotInflight']

async function unlessRefused(call: Promise<unknown>): Promise<void> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof Error && refusals.some((name) => error.name.includes(name)))) throw error
  }
}
