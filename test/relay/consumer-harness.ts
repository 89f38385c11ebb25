import type { SQSRecord } from 'aws-lambda'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import { toQueueMessage } from '../../app/publish/queue-message.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { checkpointRow } from '../../tables/checkpoints.ts'
import { appendEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import type { Row, Store } from '../../tables/store.ts'
import { type Call, type Fault, FaultyStore } from './faults.ts'
import { CountingObserver, event, sqsRecords } from './fixtures.ts'
import { recorded, recorder } from './recorder.ts'

/** One recording consumer with its store: appends events, delivers messages, reads checkpoints. */
export class ConsumerHarness {
  readonly store = new MemoryStore()
  readonly runtime = new ManualRuntime()
  readonly observer = new CountingObserver()
  /** Numbers of events that can't be applied. */
  readonly poison = new Set<number>()

  /** A copy of the consumer, on the given store. */
  consumer(on: Store = this.store): Consumer {
    const { name, handle } = recorder(on)
    return {
      name,
      handle: async (received, options) => {
        if (this.poison.has(received.seq)) throw new PoisonEventError('injected')
        return handle(received, options)
      },
    }
  }

  /** Stores the first events of a ticket, as commits would. */
  async appendEvents(count: number, id = 't1'): Promise<DomainEvent[]> {
    const events = Array.from({ length: count }, (_, index) => event(id, index + 1))
    for (const appended of events) await this.store.write(appendEvent(appended))
    return events
  }

  /** Delivers events in one batch. Returns the numbers of those that SQS must deliver again. */
  async deliver(
    events: readonly (DomainEvent | undefined)[],
    { receiveCount = 1, on = this.store as Store } = {},
  ): Promise<number[]> {
    const sent = events.filter((delivered) => delivered !== undefined)
    return this.deliverRecords(
      sqsRecords(
        sent.map((delivered) => ({ ...toQueueMessage(delivered), receiptHandle: delivered.seq, receiveCount })),
      ),
      on,
    )
  }

  async deliverRecords(Records: SQSRecord[], on: Store = this.store): Promise<number[]> {
    const { runtime, observer } = this
    const deps = { store: on, runtime, observer }
    const { batchItemFailures } = await consumeBatch(deps, this.consumer(on), { Records }, runtime.now() + 8_000)
    return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier))
  }

  faultyStore(faultOf: (call: Call) => Fault): Store {
    return new FaultyStore(this.store, faultOf)
  }

  applied(id = 't1'): Promise<number[]> {
    return recorded(this.store, 'acme', id)
  }

  async checkpoint(id = 't1'): Promise<Row | undefined> {
    const row = await this.store.get(checkpointRow('recorder', 'acme', { type: 'ticket', id }))
    if (!row) return undefined
    const { appliedSeq, blockedAt, highestSeen } = row
    return { appliedSeq, ...(blockedAt !== undefined && { blockedAt, highestSeen }) }
  }
}
