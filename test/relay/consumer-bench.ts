import type { SQSRecord } from 'aws-lambda'
import type { DomainEvent } from '../../domain/event.ts'
import { consumeBatch } from '../../functions/consume/consume-batch.ts'
import { type Consumer, Poison } from '../../functions/consume/consumer.ts'
import { messageOf } from '../../functions/publish/message.ts'
import { appendEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { receiptRow } from '../../tables/receipts.ts'
import type { Row, Store } from '../../tables/store.ts'
import { type Call, type Fault, FaultyStore } from './faults.ts'
import { CountingObserver, event, SeededWorld, sqsRecords } from './fixtures.ts'
import { recorded, recorder } from './recorder.ts'

/** One consumer on a bench: what is logged, what is delivered to it, and how far it has come. */
export class ConsumerBench {
  readonly store = new MemoryStore()
  readonly world = new SeededWorld()
  readonly observer = new CountingObserver()
  /** Numbers of events that can't be applied. */
  readonly poison = new Set<number>()

  /** The consumer as a copy of it runs, on a store of its own making if need be. */
  consumer(on: Store = this.store): Consumer {
    const { name, effectOf } = recorder(on)
    return {
      name,
      effectOf: async (each) => {
        if (this.poison.has(each.seq)) throw new Poison('planted')
        return effectOf(each)
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
      sqsRecords(sent.map((each) => ({ ...messageOf(each), receipt: each.seq, receiveCount }))),
      on,
    )
  }

  async deliverRecords(Records: SQSRecord[], on: Store = this.store): Promise<number[]> {
    const { world, observer } = this
    const consuming = { store: on, world, observer }
    const answer = await consumeBatch(consuming, this.consumer(on), { Records }, world.nowMs + 8_000)
    return answer.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier))
  }

  faulty(faultOf: (call: Call) => Fault): Store {
    return new FaultyStore(this.store, faultOf)
  }

  applied(id = 't1'): Promise<number[]> {
    return recorded(this.store, 'acme', id)
  }

  async receipt(id = 't1'): Promise<Row | undefined> {
    const row = await this.store.get(receiptRow('recorder', 'acme', { type: 'ticket', id }))
    if (!row) return undefined
    const { appliedSeq, blockedAt, highestSeen } = row
    return { appliedSeq, ...(blockedAt !== undefined && { blockedAt, highestSeen }) }
  }
}
