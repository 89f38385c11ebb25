import type { DatabaseSync } from 'node:sqlite'

/** These files are not among the package's exports; its version is fixed, and a test opens them. */
export async function loadParts(): Promise<Parts> {
  const home = import.meta.resolve('fauxqs')
  const names = ['app', 'persistence', 'sqs/sqsStore', 'sqs/sqsTypes', 'sns/snsStore', 's3/s3Store']
  const modules = await Promise.all(names.map((name) => import(new URL(`./${name}.js`, home).href)))
  return Object.assign({}, ...modules) as Parts
}

export interface InjectedRequest {
  method: string
  url: string
  headers: Record<string, string | string[] | undefined>
  payload?: Buffer | string
}

export interface InjectedResponse {
  statusCode: number
  headers: Record<string, number | string | string[] | undefined>
  rawPayload: Buffer
}

export type FauxqsEvent =
  | { service: 'sqs'; status: string; queueName: string }
  | { service: 's3'; status: string; bucket: string; key: string }
  | { service: 'sns'; status: string }

export interface Message {
  messageGroupId?: string
  sequenceNumber?: string
  delayUntil?: number
}

export interface Received {
  ReceiptHandle: string
}

export interface Queue {
  persistence?: Persistence
  inflightMessages: Map<string, { visibilityDeadline: number; message: Message }>
  delayedMessages: Message[]
  fifoDelayed: Map<string, Message[]>
  fifoMessages: Map<string, Message[]>
  fifoLockedGroups: Map<string, number>
  isFifo(): boolean
  dequeue(maxCount: number, visibilitySeconds?: number, findDeadLetterQueue?: unknown): Received[]
  processTimers(): void
  changeVisibility(receiptHandle: string, timeoutSeconds: number): void
}

export interface Persistence {
  db: DatabaseSync
  load(...stores: unknown[]): void
  updateMessageReady(messageId: string): void
}

export interface Store {
  host: string
  region: string
  spy: { addMessage(event: FauxqsEvent): void }
  persistence: Persistence
}

export interface QueueStore extends Store {
  allQueues(): Iterable<Queue>
  getQueueByName(name: string): Queue | undefined
}

export interface ObjectStore extends Store {
  buckets: Map<string, Map<string, { etag: string; contentLength: number }>>
}

export interface App {
  ready(): Promise<unknown>
  inject(request: InjectedRequest): Promise<InjectedResponse>
  close(): Promise<void>
}

export interface Parts {
  buildApp(options: Record<string, unknown>): App
  PersistenceManager: new (dataDir: string) => Persistence
  SqsStore: new () => QueueStore
  SqsQueue: { prototype: Queue }
  SnsStore: new () => unknown
  S3Store: new () => ObjectStore
  INVALID_MESSAGE_BODY_CHAR: { test(text: string): boolean }
}
