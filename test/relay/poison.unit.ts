import { beforeEach, describe, expect, it } from 'vitest'
import { catchUp } from '../../app/consume/catch-up.ts'
import { EventUnreadableError, PoisonEventError } from '../../app/consume/consumer.ts'
import { poisonFromReceive } from '../../app/consume/poison.ts'
import { toQueueMessage } from '../../app/publish/queue-message.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { maxReceiveCount } from '../../infra/limits.ts'
import { appendEvent } from '../../tables/events.ts'
import { ConsumerHarness } from './consumer-harness.ts'
import { event, sqsRecords } from './fixtures.ts'

const ticket = { tenant: 'acme', aggregate: { type: 'ticket', id: 't1' } as const }

let harness: ConsumerHarness

beforeEach(() => {
  harness = new ConsumerHarness()
})

describe('a poison event', () => {
  it('blocks its aggregate at once; later events are acknowledged unapplied, and the highest of them is recorded', async () => {
    const events = await harness.appendEvents(5)
    harness.poison.add(2)
    expect(await harness.deliver(events.slice(0, 4))).toEqual([2])
    expect(await harness.applied()).toEqual([1])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 4 })
    expect(await harness.deliver([events[2], events[4], events[3]])).toEqual([])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 5 })
    expect(harness.observer.counts.AggregatesBlocked).toBe(1)
  })

  it('applies everything acknowledged meanwhile when it is redriven after the repair, and only then unblocks', async () => {
    const events = await harness.appendEvents(5)
    harness.poison.add(2)
    await harness.deliver(events)
    expect(await harness.deliver([events[1]], { receiveCount: 2 })).toEqual([2])
    harness.poison.clear()
    expect(await harness.deliver([events[1]])).toEqual([])
    expect(await harness.applied()).toEqual([1, 2, 3, 4, 5])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 5 })
    expect(harness.observer.counts.AggregatesUnblocked).toBe(1)
  })

  it('behind another one moves the block on, and the message that led to it can still unblock', async () => {
    const events = await harness.appendEvents(6)
    harness.poison.add(2).add(4)
    await harness.deliver(events)
    harness.poison.delete(2)
    expect(await harness.deliver([events[1]])).toEqual([2])
    expect(await harness.applied()).toEqual([1, 2, 3])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 3, blockedAt: 4, highestSeen: 6 })
    harness.poison.clear()
    expect(await harness.deliver([events[1]])).toEqual([])
    expect(await harness.applied()).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('in a gap is left to its own message, while the later message is acknowledged', async () => {
    const events = await harness.appendEvents(3)
    harness.poison.add(2)
    expect(await harness.deliver([events[2]])).toEqual([])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 3 })
    expect(await harness.deliver([events[1]])).toEqual([2])
    harness.poison.clear()
    expect(await harness.deliver([events[1]])).toEqual([])
    expect(await harness.applied()).toEqual([1, 2, 3])
  })

  it('is caught up from where it stopped when the function crashes in between', async () => {
    const events = await harness.appendEvents(5)
    harness.poison.add(1)
    await harness.deliver(events)
    harness.poison.clear()
    let writes = 0
    const dying = harness.faultyStore(({ method }) =>
      method === 'transactWrite' && ++writes === 3 ? 'crash-after' : 'none',
    )
    expect(await harness.deliver([events[0]], { on: dying })).toEqual([1])
    expect(await harness.applied()).toEqual([1, 2, 3])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 3, blockedAt: 4, highestSeen: 5 })
    expect(await harness.deliver([events[0]])).toEqual([])
    expect(await harness.applied()).toEqual([1, 2, 3, 4, 5])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 5 })
  })

  it('is caught up without a message, up to the requested event', async () => {
    const events = await harness.appendEvents(5)
    harness.poison.add(2)
    await harness.deliver(events.slice(0, 3))
    const { store, runtime, observer } = harness
    await expect(
      catchUp({ store, runtime, observer }, harness.consumer(), ticket, 3, harness.runtime.now() + 1_000),
    ).rejects.toThrow(PoisonEventError)
    harness.poison.clear()
    expect(
      await catchUp({ store, runtime, observer }, harness.consumer(), ticket, 5, harness.runtime.now() + 1_000),
    ).toBe(5)
    expect(await harness.applied()).toEqual([1, 2, 3, 4, 5])
    await expect(
      catchUp({ store, runtime, observer }, harness.consumer(), ticket, 9, harness.runtime.now() + 1_000),
    ).rejects.toThrow(EventUnreadableError)
  })

  it('of an unknown type keeps its place in the order', async () => {
    const [one, two, three] = [event('t1', 1), event('t1', 2), event('t1', 3)]
    await harness.store.write(appendEvent(one))
    const put = appendEvent(two)
    if (put.kind === 'put') await harness.store.write({ ...put, row: { ...put.row, type: 'ticket.teleported' } })
    await harness.store.write(appendEvent(three))
    const records = sqsRecords(
      [one, { ...two, type: 'ticket.teleported' }, three].map((sent) => ({
        ...toQueueMessage(sent as DomainEvent),
        receiptHandle: sent.seq,
        receiveCount: 1,
      })),
    )
    expect(await harness.deliverRecords(records)).toEqual([2])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 3 })
  })
})

describe('a failure that may be transient', () => {
  it('counts as poison before SQS moves its message to the dead-letter queue', () => {
    expect(poisonFromReceive).toBeLessThan(maxReceiveCount)
  })

  const failingStore = () => harness.faultyStore(({ table }) => (table === 'Views' ? 'lost-before' : 'none'))

  it('is retried twice and then counts as poison, so that it takes no later messages with it', async () => {
    const events = await harness.appendEvents(3)
    expect(await harness.deliver(events, { on: failingStore(), receiveCount: 2 })).toEqual([1, 2, 3])
    expect(await harness.checkpoint()).toBeUndefined()
    expect(await harness.deliver(events, { on: failingStore(), receiveCount: 3 })).toEqual([1])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 0, blockedAt: 1, highestSeen: 3 })
  })

  it('is tried again by every later receive, which can unblock the aggregate', async () => {
    const events = await harness.appendEvents(3)
    await harness.deliver(events, { on: failingStore(), receiveCount: 3 })
    expect(await harness.deliver(events.slice(0, 1), { receiveCount: 4 })).toEqual([])
    expect(await harness.applied()).toEqual([1, 2, 3])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 3 })
  })
})
