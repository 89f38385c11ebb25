import { marshall } from '@aws-sdk/util-dynamodb'
import type { DynamoDBRecord, SQSBatchResponse, SQSRecord } from 'aws-lambda'
import type { RelayDeps } from '../../app/publish/publisher.ts'
import { relayOutbox } from '../../functions/relay-outbox/relay-outbox.ts'
import type { MemoryQueue, ReceivedMessage } from '../../gateways/queue-memory.ts'
import {
  consumerBatchSize,
  consumerTimeoutSeconds,
  relayRetries,
  relayTimeoutSeconds,
  visibilityTimeoutSeconds,
} from '../../infra/limits.ts'
import type { Row } from '../../tables/store.ts'
import type { Process } from './process.ts'
import { nameOf } from './simulated-gateways.ts'
import type { Simulation } from './simulation.ts'

/** Kept back from a function's timeout, as in `app/background-handler.ts`. */
const reserveMs = 2_000

/** The deadline (epoch milliseconds, by its own clock) that a function gets. */
export function deadlineOf({ runtime }: Process, timeoutSeconds: number): number {
  return runtime.now() + timeoutSeconds * 1_000 - reserveMs
}

/** The stream of the outbox, and the function that reads it: records in order, each batch again after a crash, none for ever. */
export class OutboxStream {
  readonly #simulation: Simulation
  readonly #depsOf: (process: Process) => RelayDeps
  #records: Row[] = []
  #isReading = false

  constructor(simulation: Simulation, depsOf: (process: Process) => RelayDeps) {
    this.#simulation = simulation
    this.#depsOf = depsOf
  }

  /** Hears of a row that was put into the outbox. */
  inserted(row: Row): void {
    const { faults, coverage, trace, scheduler } = this.#simulation
    const point = `stream, ${labelOf(row.event)}`
    const fault = faults.at(point, ['record missed'])
    if (fault) {
      coverage.count(fault)
      trace.note(point, 'is not read', fault)
      return
    }
    this.#records.push(row)
    if (this.#isReading) return
    this.#isReading = true
    scheduler.after(this.#simulation.draws.of(point).number() * 20, () => this.#simulation.start(() => this.#read()))
  }

  async #read(): Promise<void> {
    while (this.#records.length > 0) {
      const rows = this.#records.splice(0)
      const name = `relay, ${labelOf(rows[0]?.event)}`
      for (let tries = 1; tries <= 1 + relayRetries; tries++) {
        const { status } = await this.#relay(`${name} try ${tries}`, rows)
        if (status === 'returned') break
      }
      const { faults, coverage, trace } = this.#simulation
      if (faults.at(`${name} again`, ['batch repeated'])) {
        coverage.count('batch repeated')
        trace.note(name, 'is given the same batch again', 'batch repeated')
        this.#simulation.start(async () => {
          await this.#relay(`${name} again`, rows)
        })
      }
    }
    this.#isReading = false
  }

  #relay(name: string, rows: readonly Row[]) {
    return this.#simulation.run(
      name,
      (process) =>
        relayOutbox(this.#depsOf(process), { Records: rows.map(toRecord) }, deadlineOf(process, relayTimeoutSeconds)),
      { timeoutMs: relayTimeoutSeconds * 1_000 },
    )
  }
}

function toRecord(row: Row): DynamoDBRecord {
  const NewImage = marshall(row, { removeUndefinedValues: true })
  return { eventName: 'INSERT', dynamodb: { NewImage } } as DynamoDBRecord
}

/** What a subscriber does with a batch. */
export type Consume = (
  process: Process,
  batch: { Records: SQSRecord[] },
  deadlineMs: number,
) => Promise<SQSBatchResponse>

/** The event source of one subscriber: passes what its queue has to its function, and deletes what the function has handled. */
export class EventSource {
  readonly #simulation: Simulation
  readonly #queue: MemoryQueue
  readonly #queueUrl: string
  readonly #consume: Consume
  #isPolling = false

  constructor(simulation: Simulation, queue: MemoryQueue, queueUrl: string, consume: Consume) {
    this.#simulation = simulation
    this.#queue = queue
    this.#queueUrl = queueUrl
    this.#consume = consume
  }

  /** Looks into the queue soon. */
  poll(): void {
    if (this.#isPolling) return
    this.#isPolling = true
    this.#simulation.scheduler.after(5, () => {
      this.#isPolling = false
      const messages = this.#queue.receive(this.#queueUrl, consumerBatchSize)
      if (messages.length > 0) this.#simulation.start(() => this.#deliver(messages))
    })
  }

  async #deliver(messages: readonly ReceivedMessage[]): Promise<void> {
    const { faults, coverage, scheduler, trace } = this.#simulation
    const [first] = messages
    const times = first ? first.receiveCount : 0
    const name = `${nameOf(this.#queueUrl)}, ${labelOf(first && JSON.parse(first.body))} time ${times}`
    const fault = faults.at(name, ['delivered twice', 'two copies at once', 'out of order'])
    if (fault) {
      coverage.count(fault)
      trace.note(name, 'is delivered', fault)
    }
    // Out of order: the first message comes back after those behind it.
    const [batch, heldBack] =
      fault === 'out of order' && messages.length > 1 ? [messages.slice(1), messages.slice(0, 1)] : [messages, []]
    const [failedIds] = await Promise.all([
      this.#invoke(name, batch),
      ...(fault === 'two copies at once' ? [this.#invoke(`${name} copy`, batch)] : []),
    ])
    for (const { receiptHandle } of heldBack) this.#queue.makeVisible(this.#queueUrl, receiptHandle)
    for (const { receiptHandle } of batch) {
      if (failedIds.has(String(receiptHandle)))
        scheduler.after(visibilityTimeoutSeconds * 1_000, () => {
          this.#queue.makeVisible(this.#queueUrl, receiptHandle)
          this.poll()
        })
      else if (fault === 'delivered twice') this.#queue.makeVisible(this.#queueUrl, receiptHandle)
      else this.#queue.delete(this.#queueUrl, receiptHandle)
    }
    this.poll()
  }

  /** Returns the ids of the messages that must be delivered again. */
  async #invoke(name: string, messages: readonly ReceivedMessage[]): Promise<Set<string>> {
    const records = toRecords(messages)
    const result = await this.#simulation.run(
      name,
      (process) => this.#consume(process, { Records: records }, deadlineOf(process, consumerTimeoutSeconds)),
      { timeoutMs: consumerTimeoutSeconds * 1_000 },
    )
    if (result.status !== 'returned') return new Set(records.map(({ messageId }) => messageId))
    return new Set(result.value.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier))
  }
}

function toRecords(messages: readonly ReceivedMessage[]): SQSRecord[] {
  return messages.map(({ receiptHandle, body, groupId, receiveCount }) => {
    const attributes = { ApproximateReceiveCount: String(receiveCount), MessageGroupId: groupId }
    return { messageId: String(receiptHandle), body, attributes } as SQSRecord
  })
}

/** Such as `ticket 1a2b3c4d event 3`. */
export function labelOf(event: unknown): string {
  const { aggregate, seq } = event as { aggregate: { type: string; id: string }; seq: number }
  return `${aggregate.type} ${aggregate.id.slice(0, 8)} event ${seq}`
}
