import { beforeEach, describe, expect, it } from 'vitest'
import { toQueueMessage } from '../../app/publish/queue-message.ts'
import { appendEvent } from '../../tables/events.ts'
import { ConsumerBench } from './consumer-bench.ts'
import type { Call, Fault } from './faults.ts'
import { event, sqsRecords } from './fixtures.ts'

let bench: ConsumerBench

beforeEach(() => {
  bench = new ConsumerBench()
})

describe('a consumer', () => {
  it('applies each event once, in order, whatever the wire does', async () => {
    const [one, two, three] = await bench.logged(3)
    expect(await bench.deliver([one, one, three, two, two, three, one])).toEqual([])
    expect(await bench.applied()).toEqual([1, 2, 3])
    expect(bench.observer.counts.DuplicatesSkipped).toBeGreaterThan(0)
    expect(bench.observer.counts.MissedEventsRead).toBeGreaterThan(0)
  })

  it('reads from the log what the wire lost, even when it joins late', async () => {
    const events = await bench.logged(250)
    expect(await bench.deliver([events.at(-1)])).toEqual([])
    expect(await bench.applied()).toEqual(events.map(({ seq }) => seq))
  })

  it('keeps aggregates apart: another one’s trouble is not its own', async () => {
    await bench.logged(1, 't1')
    bench.poison.add(1)
    expect(await bench.deliver([event('t1', 1)])).toEqual([1])
    bench.poison.clear()
    await bench.logged(1, 't2')
    await bench.deliver([event('t2', 1)])
    expect(await bench.applied('t2')).toEqual([1])
    expect(await bench.checkpoint('t1')).toEqual({ appliedSeq: 0, blockedAt: 1, highestSeen: 1 })
  })

  it('never skips what it can’t read yet: the message comes again, however often, and its aggregate waits', async () => {
    const [one, two, three] = [event('t1', 1), event('t1', 2), event('t1', 3)]
    await bench.store.write(appendEvent(one))
    await bench.store.write(appendEvent(three))
    expect(await bench.deliver([one, three], { receiveCount: 5 })).toEqual([3])
    expect(await bench.checkpoint()).toEqual({ appliedSeq: 1 })
    await bench.store.write(appendEvent(two))
    expect(await bench.deliver([three])).toEqual([])
    expect(await bench.applied()).toEqual([1, 2, 3])
  })

  it('lets what follows of the same aggregate wait after a failure that may pass, and goes on with others', async () => {
    const [one, two] = await bench.logged(2)
    let failing = true
    const on = bench.faulty(({ method, table }) =>
      failing && method === 'get' && table === 'Views' ? 'lost-before' : 'none',
    )
    const other = event('t2', 7)
    const failed = await bench.deliver([one, two, other], { on })
    expect(failed).toEqual([1, 2, 7])
    failing = false
    expect(await bench.deliver([one, two], { on })).toEqual([])
    expect(await bench.applied()).toEqual([1, 2])
  })

  it('stops before its time is up, and what it did not get to comes again', async () => {
    const events = await bench.logged(3)
    const records = sqsRecords(
      events.map((each) => ({ ...toQueueMessage(each), receiptHandle: each.seq, receiveCount: 1 })),
    )
    const slow = bench.faulty(({ method }) => {
      if (method === 'transactWrite') bench.runtime.advance(5_000)
      return 'none'
    })
    expect(await bench.deliverRecords(records, slow)).toEqual([3])
    expect(await bench.applied()).toEqual([1, 2])
  })
})

describe('a write of a consumer', () => {
  const anyWrite = (fault: Fault) => {
    let left = 1
    return ({ method }: Call): Fault => (method === 'transactWrite' && left-- > 0 ? fault : 'none')
  }

  it.each(['conflict', 'throttled', 'lost-before', 'lost-after'] as const)(
    'that meets “%s” takes effect once',
    async (fault) => {
      const [one, two] = await bench.logged(2)
      expect(await bench.deliver([one, two], { on: bench.faulty(anyWrite(fault)) })).toEqual([])
      expect(await bench.applied()).toEqual([1, 2])
      expect(bench.observer.counts.ConsumerWritesRepeated).toBe(1)
    },
  )

  it.each(['crash-before', 'crash-after'] as const)(
    'at which the function dies (%s) takes effect once when the message comes again',
    async (fault) => {
      const [one, two] = await bench.logged(2)
      expect(await bench.deliver([one, two], { on: bench.faulty(anyWrite(fault)) })).toEqual([1, 2])
      expect(await bench.deliver([one, two])).toEqual([])
      expect(await bench.applied()).toEqual([1, 2])
    },
  )

  it('that keeps meeting conflicts is given up in time, and the message comes again', async () => {
    const [one] = await bench.logged(1)
    const on = bench.faulty(({ method }) => (method === 'transactWrite' ? 'conflict' : 'none'))
    expect(await bench.deliver([one], { on })).toEqual([1])
    expect(await bench.checkpoint()).toBeUndefined()
  })
})

describe('a message that tells of no event', () => {
  it.each([
    '',
    'no JSON',
    '[]',
    '{"seq":1}',
    '{"tenant":"a#b","aggregate":{"type":"ticket","id":"x"},"seq":1,"id":"i"}',
  ])('fails alone: %j', async (body) => {
    const [one] = await bench.logged(1)
    if (!one) throw new Error('no event')
    const { groupId } = toQueueMessage(one)
    const records = sqsRecords([
      { body, groupId, receiptHandle: 7, receiveCount: 1 },
      { ...toQueueMessage(one), receiptHandle: 1, receiveCount: 1 },
    ])
    expect(await bench.deliverRecords(records)).toEqual([7])
    expect(await bench.applied()).toEqual([1])
  })
})
