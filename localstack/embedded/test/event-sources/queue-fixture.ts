import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoints, openCheckpoints } from '../../event-sources/checkpoints.ts'
import type { EventSource } from '../../event-sources/event-source.ts'
import { createQueueSource, type QueueMapping, type QueueSourceOptions } from '../../event-sources/queue-source.ts'
import type { InvokeResult, JsonService } from '../../ports.ts'
import { queueUrl } from '../../sqs/queue-operations.ts'
import { startQueues } from '../../sqs/start-queues.ts'
import { createWakeups } from '../../wakeups.ts'

export interface SqsEventRecord {
  messageId: string
  body: string
  attributes: Record<string, string>
  [member: string]: unknown
}

/** What the function does with a batch; records what it saw. */
export type Behaviour = (records: SqsEventRecord[]) => Promise<InvokeResult> | InvokeResult

export const accept: Behaviour = () => ({ status: 'succeeded', payload: null })

export interface QueueFixture {
  queues: JsonService
  checkpoints: Checkpoints
  warnings: string[]
  /** Bodies of every batch that the function got. */
  batches: string[][]
  createQueue(name: string, attributes?: Record<string, unknown>): Promise<void>
  send(queueName: string, body: string, more?: Record<string, unknown>): Promise<void>
  /** Bodies of the messages that are in the queue, hidden ones included. */
  left(queueName: string): Promise<number>
  nextVisibleAtMs(queueName: string): number | undefined
  start(
    behaviour: Behaviour,
    mapping: Partial<QueueMapping> & { queueName: string },
    options?: Partial<QueueSourceOptions>,
  ): EventSource
  remove(): Promise<void>
}

const developer = { kind: 'developer' } as const

export async function queueFixture(): Promise<QueueFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-aws-queue-'))
  const wakeups = createWakeups()
  const sources: EventSource[] = []
  const warnings: string[] = []
  const batches: string[][] = []
  const origin = 'http://127.0.0.1:4566'
  const url = (queueName: string) => queueUrl(origin, queueName)
  const log = { info() {}, warn: (message: string) => void warnings.push(message) }
  const service = startQueues({ dataDir: folder, wakeups, origin: () => origin, log })
  const checkpoints = openCheckpoints(folder)

  const queues: JsonService = {
    handle: (operation, input, principal) => service.service.handle(operation, input, principal),
  }
  return {
    queues,
    checkpoints,
    warnings,
    batches,
    async createQueue(QueueName, attributes = {}) {
      const FifoQueue = QueueName.endsWith('.fifo') ? { FifoQueue: true } : {}
      await service.ensureQueue({ QueueName, ...FifoQueue, ...attributes })
    },
    async send(queueName, MessageBody, more = {}) {
      await queues.handle('SendMessage', { QueueUrl: url(queueName), MessageBody, ...more }, developer)
    },
    async left(queueName) {
      const input = { QueueUrl: url(queueName), AttributeNames: ['All'] }
      const answer = (await queues.handle('GetQueueAttributes', input, developer)) as {
        Attributes: Record<string, string>
      }
      const { ApproximateNumberOfMessages: ready, ApproximateNumberOfMessagesNotVisible: hidden } = answer.Attributes
      return Number(ready) + Number(hidden)
    },
    nextVisibleAtMs: service.nextVisibleAtMs,
    start(behaviour, mapping, options = {}) {
      const source = createQueueSource({
        queues,
        wakeups,
        checkpoints,
        log,
        retryDelayMs: () => 1,
        nextVisibleAtMs: service.nextVisibleAtMs,
        async invoke(_functionRef, payload) {
          const { Records } = payload as { Records: SqsEventRecord[] }
          batches.push(Records.map(({ body }) => body))
          return behaviour(Records)
        },
        ...options,
        mapping: {
          id: 'mapping',
          functionRef: 'consume',
          eventSourceArn: `arn:aws:sqs:us-east-1:000000000000:${mapping.queueName}`,
          ...mapping,
        },
      })
      sources.push(source)
      return source
    },
    async remove() {
      await Promise.all(sources.map((source) => source.stop()))
      checkpoints.close()
      await service.stop()
      rmSync(folder, { recursive: true })
    },
  }
}
