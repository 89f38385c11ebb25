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

/** One consumer on a bench: what is logged, what is delivered to it, and how far it has come. */
export class ConsumerBench {
  readonly store = new MemoryStore()
  readonly runtime = new ManualRuntime()
  readonly observer = new CountingObserver()
  /** Numbers of events that can't be applied. */
  readonly poison = new Set<number>()

  /** The consumer as a copy of it runs, on a store of its own making if need be. */
  consumer(on: Store = this.store): Consumer {
    const { name, handle } = recorder(on)
    return {
      name,
      handle: async (each) => {
        if (this.poison.has(each.seq)) throw new PoisonEventError('planted')
        return handle(each)
      },
    }
  }

  /** The log of a ticket as commits leave it. */
  async logged(count: number, id = 't1'): Promise<DomainEvent[]> {
    const events = Array.from({ length: count }, (_, index) => event(id, index + 1))
    for (const each of events) await this.store.write(appendEvent(each))
    return events
  }

  /** Delivers events in one batch; answers the numbers of those that must come again. */
  async deliver(
    events: readonly (DomainEvent | undefined)[],
    { receiveCount = 1, on = this.store as Store } = {},
  ): Promise<number[]> {
    const sent = events.filter((each) => each !== undefined)
    return this.deliverRecords(
      sqsRecords(sent.map((each) => ({ ...toQueueMessage(each), receiptHandle: each.seq, receiveCount }))),
      on,
    )
  }

  async deliverRecords(Records: SQSRecord[], on: Store = this.store): Promise<number[]> {
    const { runtime, observer } = this
    const deps = { store: on, runtime, observer }
    const answer = await consumeBatch(deps, this.consumer(on), { Records }, runtime.now() + 8_000)
    return answer.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier))
  }

  faulty(faultOf: (call: Call) => Fault): Store {
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
