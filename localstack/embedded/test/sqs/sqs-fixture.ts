import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type Queues, startQueues } from '../../sqs/start-queues.ts'
import { createWakeups } from '../../wakeups.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

export interface Message {
  MessageId: string
  ReceiptHandle: string
  Body: string
  MD5OfBody: string
  MD5OfMessageAttributes?: string
  Attributes?: Record<string, string>
  MessageAttributes?: Record<string, unknown>
}

export interface Answers {
  QueueUrl?: string
  QueueUrls?: string[]
  queueUrls?: string[]
  NextToken?: string
  Attributes?: Record<string, string>
  Tags?: Record<string, string>
  Messages?: Message[]
  MessageId?: string
  SequenceNumber?: string
  Successful?: Record<string, unknown>[]
  Failed?: Record<string, unknown>[]
  Results?: Record<string, unknown>[]
  TaskHandle?: string
  ApproximateNumberOfMessagesMoved?: number
}

export const at = (name: string) => ({ QueueUrl: `http://127.0.0.1:4566/000000000000/${name}` })
export const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`

/** SQS with a clock that stands still until it is moved. */
export interface OwnSqs {
  dataDir: string
  clock: { nowMs: number }
  warnings: string[]
  notified: string[]
  /** Told what pollers are told. */
  onNotify(topic: string): void
  ask(operation: string, input?: Record<string, unknown>): Promise<Answers>
  create(name: string, attributes?: Record<string, unknown>): Promise<void>
  /** Bodies that a receive finds. */
  bodies(name: string, more?: Record<string, unknown>): Promise<string[]>
  receive(name: string, more?: Record<string, unknown>): Promise<Message[]>
  queues: Queues
  /** Opens the same file again, as after a stop. */
  restart(): Promise<void>
}

export function ownSqs(dataDir = ownFolder()): OwnSqs {
  const clock = { nowMs: Date.UTC(2026, 0, 1) }
  const warnings: string[] = []
  const notified: string[] = []
  let ids = 0
  const tell = (topic: string) => {
    notified.push(topic)
    sqs.onNotify(topic)
  }
  const open = () =>
    startQueues({
      dataDir,
      wakeups: { ...createWakeups(), notify: (topic) => tell(topic) },
      origin: () => 'http://127.0.0.1:4566',
      log: { info() {}, warn: (message) => void warnings.push(message) },
      runtime: { now: () => clock.nowMs, uuid: () => `id-${++ids}`, nonce: () => ++ids },
    })
  const sqs: OwnSqs = {
    dataDir,
    clock,
    warnings,
    notified,
    onNotify() {},
    queues: undefined as unknown as Queues,
    ask: async (operation, input = {}) =>
      (await sqs.queues.service.handle(operation, input, { kind: 'developer' })) as Answers,
    async create(name, attributes = {}) {
      const FifoQueue = name.endsWith('.fifo') ? { FifoQueue: 'true' } : {}
      await sqs.ask('CreateQueue', { QueueName: name, Attributes: { ...FifoQueue, ...attributes } })
    },
    async receive(name, more = {}) {
      const { Messages = [] } = await sqs.ask('ReceiveMessage', { ...at(name), MaxNumberOfMessages: 10, ...more })
      return Messages
    },
    bodies: async (name, more) => (await sqs.receive(name, more)).map(({ Body }) => Body),
    async restart() {
      await sqs.queues.stop()
      sqs.queues = open()
    },
  }
  sqs.queues = open()
  cleanups.push(() => sqs.queues.stop())
  return sqs
}

export function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedded-sqs-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}
