import { beforeEach, describe, expect, it } from 'vitest'
import { toQueueMessage } from '../../app/publish/queue-message.ts'
import { appendEvent } from '../../tables/events.ts'
import { ConsumerHarness } from './consumer-harness.ts'
import type { Call, Fault } from './faults.ts'
import { event, sqsRecords } from './fixtures.ts'

let harness: ConsumerHarness

beforeEach(() => {
  harness = new ConsumerHarness()
})

describe('a consumer', () => {
  it('applies each event once and in order, although messages arrive twice, late or in another order', async () => {
    const [one, two, three] = await harness.appendEvents(3)
    expect(await harness.deliver([one, one, three, two, two, three, one])).toEqual([])
    expect(await harness.applied()).toEqual([1, 2, 3])
    expect(harness.observer.counts.DuplicatesSkipped).toBeGreaterThan(0)
    expect(harness.observer.counts.MissedEventsRead).toBeGreaterThan(0)
  })

  it('reads events whose messages are missing from Events, even a whole history', async () => {
    const events = await harness.appendEvents(250)
    expect(await harness.deliver([events.at(-1)])).toEqual([])
    expect(await harness.applied()).toEqual(events.map(({ seq }) => seq))
  })

  it('applies the events of other aggregates while one is blocked', async () => {
    await harness.appendEvents(1, 't1')
    harness.poison.add(1)
    expect(await harness.deliver([event('t1', 1)])).toEqual([1])
    harness.poison.clear()
    await harness.appendEvents(1, 't2')
    await harness.deliver([event('t2', 1)])
    expect(await harness.applied('t2')).toEqual([1])
    expect(await harness.checkpoint('t1')).toEqual({ appliedSeq: 0, blockedAt: 1, highestSeen: 1 })
  })

  it('never skips an event that it can’t read yet: the message is delivered again until it can', async () => {
    const [one, two, three] = [event('t1', 1), event('t1', 2), event('t1', 3)]
    await harness.store.write(appendEvent(one))
    await harness.store.write(appendEvent(three))
    expect(await harness.deliver([one, three], { receiveCount: 5 })).toEqual([3])
    expect(await harness.checkpoint()).toEqual({ appliedSeq: 1 })
    await harness.store.write(appendEvent(two))
    expect(await harness.deliver([three])).toEqual([])
    expect(await harness.applied()).toEqual([1, 2, 3])
  })

  it('does not apply later events of an aggregate after a transient failure', async () => {
    const [one, two] = await harness.appendEvents(2)
    let failing = true
    const on = harness.faultyStore(({ method, table }) =>
      failing && method === 'get' && table === 'Views' ? 'lost-before' : 'none',
    )
    const other = event('t2', 7)
    const failed = await harness.deliver([one, two, other], { on })
    expect(failed).toEqual([1, 2, 7])
    failing = false
    expect(await harness.deliver([one, two], { on })).toEqual([])
    expect(await harness.applied()).toEqual([1, 2])
  })

  it('stops at its deadline, and the remaining messages are delivered again', async () => {
    const events = await harness.appendEvents(3)
    const records = sqsRecords(
      events.map((sent) => ({ ...toQueueMessage(sent), receiptHandle: sent.seq, receiveCount: 1 })),
    )
    const slow = harness.faultyStore(({ method }) => {
      if (method === 'transactWrite') harness.runtime.advance(5_000)
      return 'none'
    })
    expect(await harness.deliverRecords(records, slow)).toEqual([3])
    expect(await harness.applied()).toEqual([1, 2])
  })
})

describe('a write of a consumer', () => {
  const anyWrite = (fault: Fault) => {
    let left = 1
    return ({ method }: Call): Fault => (method === 'transactWrite' && left-- > 0 ? fault : 'none')
  }

  it.each(['conflict', 'throttled', 'lost-before', 'lost-after'] as const)(
    'takes effect once when it meets “%s”',
    async (fault) => {
      const [one, two] = await harness.appendEvents(2)
      expect(await harness.deliver([one, two], { on: harness.faultyStore(anyWrite(fault)) })).toEqual([])
      expect(await harness.applied()).toEqual([1, 2])
      expect(harness.observer.counts.ConsumerWritesRepeated).toBe(1)
    },
  )

  it.each(['crash-before', 'crash-after'] as const)(
    'takes effect once when the function crashes at it (%s) and the message is delivered again',
    async (fault) => {
      const [one, two] = await harness.appendEvents(2)
      expect(await harness.deliver([one, two], { on: harness.faultyStore(anyWrite(fault)) })).toEqual([1, 2])
      expect(await harness.deliver([one, two])).toEqual([])
      expect(await harness.applied()).toEqual([1, 2])
    },
  )

  it('is given up at the deadline when it keeps meeting conflicts, and the message is delivered again', async () => {
    const [one] = await harness.appendEvents(1)
    const on = harness.faultyStore(({ method }) => (method === 'transactWrite' ? 'conflict' : 'none'))
    expect(await harness.deliver([one], { on })).toEqual([1])
    expect(await harness.checkpoint()).toBeUndefined()
  })
})

describe('a message that does not identify an event', () => {
  it.each([
    '',
    'no JSON',
    '[]',
    '{"seq":1}',
    '{"tenant":"a#b","aggregate":{"type":"ticket","id":"x"},"seq":1,"id":"i"}',
  ])('fails without holding back others: %j', async (body) => {
    const [one] = await harness.appendEvents(1)
    if (!one) throw new Error('no event')
    const { groupId } = toQueueMessage(one)
    const records = sqsRecords([
      { body, groupId, receiptHandle: 7, receiveCount: 1 },
      { ...toQueueMessage(one), receiptHandle: 1, receiveCount: 1 },
    ])
    expect(await harness.deliverRecords(records)).toEqual([7])
    expect(await harness.applied()).toEqual([1])
  })
})
