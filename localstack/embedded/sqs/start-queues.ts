import { randomInt, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { WireService } from '../edge/answer.ts'
import type { Log, Principal, Wakeups } from '../ports.ts'
import { createWakeups } from '../wakeups.ts'
import { dropExpired, type Input, type Operations, type Output, type SqsContext, type SqsRuntime } from './context.ts'
import { notSupported, SqsError } from './errors.ts'
import { moveTasks } from './move-tasks.ts'
import { changeQueue, checkRedrive, queueOperations } from './queue-operations.ts'
import { receiptHandles } from './receipt-handles.ts'
import { receiveOperations } from './receive-operations.ts'
import { nameFreeAfterMs } from './rules/limits.ts'
import { changedAttributes, checkAttributes, checkQueueName, defaultAttributes } from './rules/queue-attributes.ts'
import { sendOperations } from './send-operations.ts'
import { openDatabase } from './storage/database.ts'
import { messageTable } from './storage/messages.ts'
import { type Queue, queueTable } from './storage/queues.ts'

/** The `Properties` of an `AWS::SQS::Queue`, intrinsics resolved and its physical name filled in. */
export interface QueueProperties {
  QueueName: string
  [attribute: string]: unknown
}

export interface QueueAddresses {
  queueName: string
  arn: string
}

export interface Queues {
  service: WireService
  /** Creates the queue, or gives the one that is there these attributes and the defaults for all others. */
  ensureQueue(properties: QueueProperties): Promise<QueueAddresses>
  /** Epoch milliseconds at which the next delayed or taken message becomes visible, if there is one. */
  nextVisibleAtMs(queueName: string): number | undefined
  /** Answers every waiting receive without messages. */
  stop(): Promise<void>
}

export interface QueuesOptions {
  /** The stack's data folder; the file is `queues.db` in it. */
  dataDir: string
  /** Told `sqs:<queueName>` when messages of the queue may have become visible, those moved to a dead-letter queue included. */
  wakeups: Wakeups
  /** The edge's address, which queue addresses carry. */
  origin: () => string
  log: Log
  runtime?: SqsRuntime
}

const systemRuntime: SqsRuntime = { now: Date.now, uuid: randomUUID, nonce: () => randomInt(2 ** 48 - 1) }

/** How often what no one asks for any more is removed from the file. */
const sweepEveryMs = 60_000

/** SQS on the stored queues, in this process. Throws one line for a file that is damaged, in use or something else. */
export function startQueues(options: QueuesOptions): Queues {
  const { dataDir, wakeups, origin, log, runtime = systemRuntime } = options
  const db = openDatabase(join(dataDir, 'queues.db'), log)
  const queues = queueTable(db)
  const messages = messageTable(db)
  const waits = createWakeups()
  const stopping = new AbortController()
  const touched = new Set<string>()
  const secret = db.prepare('SELECT bytes FROM secret').get()?.bytes as unknown as Uint8Array
  const context: SqsContext = {
    runtime,
    db,
    queues,
    messages,
    handles: receiptHandles(secret),
    origin,
    changed: ({ name }) => void touched.add(name),
  }
  db.onEnd((outcome) => {
    if (outcome === 'undone') queues.reread()
    const names = [...touched]
    touched.clear()
    for (const name of names) {
      waits.notify(`sqs:${name}`)
      wakeups.notify(`sqs:${name}`)
    }
  })

  const tasks = moveTasks(context, log)
  const operations: Operations = {
    ...queueOperations(context),
    ...sendOperations(context),
    ...receiveOperations(context, waits, stopping.signal),
    ...tasks.operations,
  }

  async function handle(operation: string, input: Input, principal: Principal): Promise<Output> {
    const act = Object.hasOwn(operations, operation) ? operations[operation] : undefined
    if (!act) throw notSupported(operation)
    const output = await act(input, principal)
    await db.committed()
    return output
  }

  function sweep() {
    const nowMs = runtime.now()
    for (const queue of queues.all()) dropExpired(context, queue, nowMs)
    db.write(() => {
      for (const table of ['deduplications', 'attempts'])
        db.prepare(`DELETE FROM ${table} WHERE untilMs <= ?`).run(nowMs)
      queues.forgetDeleted(nowMs - nameFreeAfterMs)
    })
  }

  tasks.resume()
  const sweeping = setInterval(() => {
    try {
      sweep()
    } catch (error) {
      log.warn(`SQS could not remove old messages: ${error}`)
    }
  }, sweepEveryMs)
  sweeping.unref()

  return {
    service: {
      handle,
      async answer(operation, input, _body, principal) {
        try {
          const output = await handle(operation, input, principal)
          return { status: 200, headers: { 'content-type': contentType }, body: JSON.stringify(output) }
        } catch (error) {
          if (!(error instanceof SqsError)) throw error
          const { code, queryCode, message, status } = error
          return {
            status,
            // SDKs that once spoke the query protocol take the code from here.
            headers: { 'content-type': contentType, 'x-amzn-query-error': `${queryCode};Sender` },
            body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }),
          }
        }
      },
    },

    async ensureQueue({ QueueName: name, ...properties }) {
      const given = attributesOf(properties)
      const { isFifo } = checkQueueName(name, given)
      const attributes = changedAttributes(defaultAttributes(isFifo), checkAttributes(given, isFifo))
      checkRedrive(context, name, attributes)
      const existing = queues.find(name)
      const queue: Queue = db.write(() => {
        if (!existing) return queues.create(name, attributes, {}, runtime.now())
        if (JSON.stringify(sorted(existing.attributes)) !== JSON.stringify(sorted(attributes)))
          changeQueue(context, existing, attributes)
        return existing
      })
      await db.committed()
      return { queueName: name, arn: queue.arn }
    },

    nextVisibleAtMs(queueName) {
      const queue = queues.find(queueName)
      return queue && messages.nextVisibleMs(queue, runtime.now())
    },

    async stop() {
      stopping.abort()
      tasks.stop()
      clearInterval(sweeping)
      db.close()
    },
  }
}

const contentType = 'application/x-amz-json-1.0'

const sorted = (attributes: Record<string, string>) => Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1))

/** What a template says, as text; FifoQueue is said or left out. */
function attributesOf(properties: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name, value]) => value !== undefined && !(name === 'FifoQueue' && String(value) !== 'true'))
      .map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  )
}
