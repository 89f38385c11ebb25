import { beforeEach, describe, expect, it } from 'vitest'
import { catchUp } from '../../app/consume/catch-up.ts'
import { poisonFromReceive } from '../../app/consume/consume-batch.ts'
import { EventUnreadableError, PoisonEventError } from '../../app/consume/consumer.ts'
import { toQueueMessage } from '../../app/publish/queue-message.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { maxReceiveCount } from '../../infra/limits.ts'
import { appendEvent } from '../../tables/events.ts'
import { ConsumerBench } from './consumer-bench.ts'
import { event, sqsRecords } from './fixtures.ts'

const ticket = { tenant: 'acme', aggregate: { type: 'ticket', id: 't1' } as const }

let bench: ConsumerBench

beforeEach(() => {
  bench = new ConsumerBench()
})

describe('a poison event', () => {
  it('blocks its aggregate at once; later events are acknowledged unapplied, and how far they went is kept', async () => {
    const events = await bench.logged(5)
    bench.poison.add(2)
    expect(await bench.deliver(events.slice(0, 4))).toEqual([2])
    expect(await bench.applied()).toEqual([1])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 4 })
    expect(await bench.deliver([events[2], events[4], events[3]])).toEqual([])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 5 })
    expect(bench.observer.counts.AggregatesBlocked).toBe(1)
  })

  it('catches up with all that was acknowledged meanwhile when it is redriven after the repair, and only then unblocks', async () => {
    const events = await bench.logged(5)
    bench.poison.add(2)
    await bench.deliver(events)
    expect(await bench.deliver([events[1]], { receiveCount: 2 })).toEqual([2])
    bench.poison.clear()
    expect(await bench.deliver([events[1]])).toEqual([])
    expect(await bench.applied()).toEqual([1, 2, 3, 4, 5])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 5 })
    expect(bench.observer.counts.AggregatesUnblocked).toBe(1)
  })

  it('that waits behind another one moves the block on, and the message that got through to it can still free it', async () => {
    const events = await bench.logged(6)
    bench.poison.add(2).add(4)
    await bench.deliver(events)
    bench.poison.delete(2)
    expect(await bench.deliver([events[1]])).toEqual([2])
    expect(await bench.applied()).toEqual([1, 2, 3])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 3, blockedAt: 4, highestSeen: 6 })
    bench.poison.clear()
    expect(await bench.deliver([events[1]])).toEqual([])
    expect(await bench.applied()).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('met in a gap is left to its own message; the later one is acknowledged', async () => {
    const events = await bench.logged(3)
    bench.poison.add(2)
    expect(await bench.deliver([events[2]])).toEqual([])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 3 })
    expect(await bench.deliver([events[1]])).toEqual([2])
    bench.poison.clear()
    expect(await bench.deliver([events[1]])).toEqual([])
    expect(await bench.applied()).toEqual([1, 2, 3])
  })

  it('goes on where it stopped when the catch-up dies half way', async () => {
    const events = await bench.logged(5)
    bench.poison.add(1)
    await bench.deliver(events)
    bench.poison.clear()
    let writes = 0
    const dying = bench.faulty(({ method }) => (method === 'transactWrite' && ++writes === 3 ? 'crash-after' : 'none'))
    expect(await bench.deliver([events[0]], { on: dying })).toEqual([1])
    expect(await bench.applied()).toEqual([1, 2, 3])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 3, blockedAt: 4, highestSeen: 5 })
    expect(await bench.deliver([events[0]])).toEqual([])
    expect(await bench.applied()).toEqual([1, 2, 3, 4, 5])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 5 })
  })

  it('is healed by a catch-up without any message, to the end of what is asked for', async () => {
    const events = await bench.logged(5)
    bench.poison.add(2)
    await bench.deliver(events.slice(0, 3))
    const { store, runtime, observer } = bench
    await expect(
      catchUp({ store, runtime, observer }, bench.consumer(), ticket, 3, bench.runtime.now() + 1_000),
    ).rejects.toThrow(PoisonEventError)
    bench.poison.clear()
    expect(await catchUp({ store, runtime, observer }, bench.consumer(), ticket, 5, bench.runtime.now() + 1_000)).toBe(
      5,
    )
    expect(await bench.applied()).toEqual([1, 2, 3, 4, 5])
    await expect(
      catchUp({ store, runtime, observer }, bench.consumer(), ticket, 9, bench.runtime.now() + 1_000),
    ).rejects.toThrow(EventUnreadableError)
  })

  it('of a type that this version does not know keeps its place in order', async () => {
    const [one, two, three] = [event('t1', 1), event('t1', 2), event('t1', 3)]
    await bench.store.write(appendEvent(one))
    const put = appendEvent(two)
    if (put.kind === 'put') await bench.store.write({ ...put, row: { ...put.row, type: 'ticket.teleported' } })
    await bench.store.write(appendEvent(three))
    const records = sqsRecords(
      [one, { ...two, type: 'ticket.teleported' }, three].map((each) => ({
        ...toQueueMessage(each as DomainEvent),
        receiptHandle: each.seq,
        receiveCount: 1,
      })),
    )
    expect(await bench.deliverRecords(records)).toEqual([2])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 3 })
  })
})

describe('a failure of unknown kind', () => {
  it('counts as poison before the queue sets its message aside', () => {
    expect(poisonFromReceive).toBeLessThan(maxReceiveCount)
  })

  const unwell = () => bench.faulty(({ table }) => (table === 'Views' ? 'lost-before' : 'none'))

  it('may pass at first, and counts as poison from the third receive, so that it takes no others with it', async () => {
    const events = await bench.logged(3)
    expect(await bench.deliver(events, { on: unwell(), receiveCount: 2 })).toEqual([1, 2, 3])
    expect(await bench.checkpoint()).toBeUndefined()
    expect(await bench.deliver(events, { on: unwell(), receiveCount: 3 })).toEqual([1])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 0, blockedAt: 1, highestSeen: 3 })
  })

  it('is no verdict: the next receive heals it', async () => {
    const events = await bench.logged(3)
    await bench.deliver(events, { on: unwell(), receiveCount: 3 })
    expect(await bench.deliver(events.slice(0, 1), { receiveCount: 4 })).toEqual([])
    expect(await bench.applied()).toEqual([1, 2, 3])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 3 })
  })
})
