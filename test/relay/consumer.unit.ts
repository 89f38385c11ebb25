import { beforeEach, describe, expect, it } from 'vitest'
import type { DomainEvent } from '../../domain/event.ts'
import { catchUp } from '../../functions/consume/catch-up.ts'
import { consumeBatch } from '../../functions/consume/consume-batch.ts'
import { type Consumer, GapUnreadable, Poison } from '../../functions/consume/consumer.ts'
import { messageOf } from '../../functions/publish/message.ts'
import { appendEvent } from '../../tables/events.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { receiptRow } from '../../tables/receipts.ts'
import type { Row, Store } from '../../tables/store.ts'
import { type Call, type Fault, FaultyStore } from './faults.ts'
import { CountingObserver, event, SeededWorld, sqsRecords } from './fixtures.ts'

const ticket = { tenant: 'acme', aggregate: { type: 'ticket', id: 't1' } as const }

let store: MemoryStore
let world: SeededWorld
let observer: CountingObserver
let poison: Set<number>

beforeEach(() => {
  store = new MemoryStore()
  world = new SeededWorld()
  observer = new CountingObserver()
  poison = new Set()
})

/** Keeps an aggregate's applied numbers as a list in one row: applying twice or out of order is there to see. */
function recorder(on: Store): Consumer {
  return {
    name: 'recorder',
    async effectOf({ tenant, aggregate, seq }) {
      if (poison.has(seq)) throw new Poison('planted')
      const key = { pk: `${tenant}#${aggregate.id}`, sk: 'APPLIED' }
      const row = await on.get({ table: 'Views', key })
      const applied = [...((row?.applied as number[] | undefined) ?? []), seq]
      return [{ kind: 'put', table: 'Views', row: { ...key, applied } }]
    },
  }
}

async function applied(id = 't1'): Promise<unknown> {
  const row = await store.get({ table: 'Views', key: { pk: `acme#${id}`, sk: 'APPLIED' } })
  return row?.applied ?? []
}

async function receipt(id = 't1'): Promise<Row | undefined> {
  const row = await store.get(receiptRow('recorder', 'acme', { type: 'ticket', id }))
  if (!row) return undefined
  const { appliedSeq, blockedAt, highestSeen } = row
  return { appliedSeq, ...(blockedAt !== undefined && { blockedAt, highestSeen }) }
}

/** The log as commits leave it. */
async function logged(count: number, id = 't1'): Promise<DomainEvent[]> {
  const events = Array.from({ length: count }, (_, index) => event(id, index + 1))
  for (const each of events) await store.write(appendEvent(each))
  return events
}

/** Delivers events in one batch; answers which numbers must come again. */
async function deliver(
  events: readonly (DomainEvent | undefined)[],
  { receiveCount = 1, on = store as Store } = {},
): Promise<number[]> {
  const sent = events.filter((each) => each !== undefined)
  const records = sqsRecords(sent.map((each) => ({ ...messageOf(each), receipt: each.seq, receiveCount })))
  return deliverRecords(records, on)
}

async function deliverRecords(Records: ReturnType<typeof sqsRecords>, on: Store = store): Promise<number[]> {
  const answer = await consumeBatch({ store: on, world, observer }, recorder(on), { Records }, world.nowMs + 8_000)
  return answer.batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier))
}

function faulty(faultOf: (call: Call) => Fault): Store {
  return new FaultyStore(store, faultOf)
}

describe('a consumer', () => {
  it('applies each event once, in order, whatever the wire does', async () => {
    const [one, two, three] = await logged(3)
    expect(await deliver([one, one, three, two, two, three, one])).toEqual([])
    expect(await applied()).toEqual([1, 2, 3])
    expect(observer.counts.DuplicatesSkipped).toBeGreaterThan(0)
    expect(observer.counts.MissedEventsRead).toBeGreaterThan(0)
  })

  it('reads from the log what the wire lost, even when it joins late', async () => {
    const events = await logged(250)
    expect(await deliver([events.at(-1)])).toEqual([])
    expect(await applied()).toEqual(events.map(({ seq }) => seq))
  })

  it('keeps aggregates apart: another one’s trouble is not its own', async () => {
    await logged(1, 't1')
    poison.add(1)
    expect(await deliver([event('t1', 1)])).toEqual([1])
    poison.clear()
    await logged(1, 't2')
    await deliver([event('t2', 1)])
    expect(await applied('t2')).toEqual([1])
    expect(await receipt('t1')).toEqual({ appliedSeq: 0, blockedAt: 1, highestSeen: 1 })
  })

  it('never skips what it can’t read yet: the message comes again, however often, and its aggregate waits', async () => {
    const [one, two, three] = [event('t1', 1), event('t1', 2), event('t1', 3)]
    await store.write(appendEvent(one))
    expect(await deliver([one, three], { receiveCount: 5 })).toEqual([3])
    expect(await receipt()).toEqual({ appliedSeq: 1 })
    await store.write(appendEvent(two))
    expect(await deliver([three])).toEqual([])
    expect(await applied()).toEqual([1, 2, 3])
  })

  it('lets what follows of the same aggregate wait after a failure that may pass, and goes on with others', async () => {
    const [one, two] = await logged(2)
    let failing = true
    const on = faulty(({ method, table }) =>
      failing && method === 'get' && table === 'Views' ? 'lost-before' : 'none',
    )
    const other = event('t2', 7)
    const failed = await deliver([one, two, other], { on })
    expect(failed).toEqual([1, 2, 7])
    failing = false
    expect(await deliver([one, two], { on })).toEqual([])
    expect(await applied()).toEqual([1, 2])
  })

  it('stops before its time is up, and what it did not get to comes again', async () => {
    const events = await logged(3)
    const records = sqsRecords(events.map((each) => ({ ...messageOf(each), receipt: each.seq, receiveCount: 1 })))
    const slow = faulty(({ method }) => {
      if (method === 'transactWrite') world.nowMs += 5_000
      return 'none'
    })
    expect(await deliverRecords(records, slow)).toEqual([3])
    expect(await applied()).toEqual([1, 2])
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
      const [one, two] = await logged(2)
      expect(await deliver([one, two], { on: faulty(anyWrite(fault)) })).toEqual([])
      expect(await applied()).toEqual([1, 2])
      expect(observer.counts.ConsumerWritesRepeated).toBe(1)
    },
  )

  it.each(['crash-before', 'crash-after'] as const)(
    'at which the function dies (%s) takes effect once when the message comes again',
    async (fault) => {
      const [one, two] = await logged(2)
      expect(await deliver([one, two], { on: faulty(anyWrite(fault)) })).toEqual([1, 2])
      expect(await deliver([one, two])).toEqual([])
      expect(await applied()).toEqual([1, 2])
    },
  )

  it('that keeps meeting conflicts is given up in time, and the message comes again', async () => {
    const [one] = await logged(1)
    const on = faulty(({ method }) => (method === 'transactWrite' ? 'conflict' : 'none'))
    expect(await deliver([one], { on })).toEqual([1])
    expect(await receipt()).toBeUndefined()
  })
})

describe('two copies of a consumer at once', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('apply each event once between them (schedule %i)', async (seed) => {
    const events = await logged(6)
    const chance = new SeededWorld(seed)
    const pause = async () => {
      for (let ticks = chance.below(6); ticks > 0; ticks--) await Promise.resolve()
    }
    const copies = [events, events.toReversed(), events.slice(3)].map((batch) =>
      deliver(batch, { on: new FaultyStore(store, () => 'none', pause) }),
    )
    expect(await Promise.all(copies)).toEqual([[], [], []])
    expect(await applied()).toEqual([1, 2, 3, 4, 5, 6])
    expect(observer.counts.ConsumerWritesRepeated).toBeGreaterThan(0)
  })

  it('do not lose an event that one holds back while the other unblocks', async () => {
    const events = await logged(3)
    poison.add(1)
    await deliver(events.slice(0, 1))
    poison.clear()
    let reached = () => {}
    const blockedIsRead = new Promise<void>((resolve) => {
      reached = resolve
    })
    let goOn = () => {}
    const unblocked = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const late = new (class extends FaultyStore {
      override async transactWrite(...args: Parameters<Store['transactWrite']>) {
        reached()
        await unblocked
        return super.transactWrite(...args)
      }
    })(store, () => 'none')
    const holding = deliver(events.slice(2), { on: late })
    await blockedIsRead
    expect(await deliver(events.slice(0, 1), { receiveCount: 2 })).toEqual([])
    expect(await receipt()).toEqual({ appliedSeq: 1 })
    goOn()
    expect(await holding).toEqual([])
    expect(await applied()).toEqual([1, 2, 3])
  })
})

describe('a poison event', () => {
  it('blocks its aggregate at once; later events are acknowledged unapplied, and how far they went is kept', async () => {
    const events = await logged(5)
    poison.add(2)
    expect(await deliver(events.slice(0, 4))).toEqual([2])
    expect(await applied()).toEqual([1])
    expect(await receipt()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 4 })
    expect(await deliver([events[2], events[4], events[3]])).toEqual([])
    expect(await receipt()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 5 })
    expect(observer.counts.AggregatesBlocked).toBe(1)
  })

  it('catches up with all that was acknowledged meanwhile when it is redriven after the repair, and only then unblocks', async () => {
    const events = await logged(5)
    poison.add(2)
    await deliver(events)
    expect(await deliver([events[1]], { receiveCount: 2 })).toEqual([2])
    poison.clear()
    expect(await deliver([events[1]])).toEqual([])
    expect(await applied()).toEqual([1, 2, 3, 4, 5])
    expect(await receipt()).toEqual({ appliedSeq: 5 })
    expect(observer.counts.AggregatesUnblocked).toBe(1)
  })

  it('that waits behind another one moves the block on, and the message that got through to it can still free it', async () => {
    const events = await logged(6)
    poison.add(2).add(4)
    await deliver(events)
    poison.delete(2)
    expect(await deliver([events[1]])).toEqual([2])
    expect(await applied()).toEqual([1, 2, 3])
    expect(await receipt()).toEqual({ appliedSeq: 3, blockedAt: 4, highestSeen: 6 })
    poison.clear()
    expect(await deliver([events[1]])).toEqual([])
    expect(await applied()).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('met in a gap is left to its own message; the later one is acknowledged', async () => {
    const events = await logged(3)
    poison.add(2)
    expect(await deliver([events[2]])).toEqual([])
    expect(await receipt()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 3 })
    expect(await deliver([events[1]])).toEqual([2])
    poison.clear()
    expect(await deliver([events[1]])).toEqual([])
    expect(await applied()).toEqual([1, 2, 3])
  })

  it('goes on where it stopped when the catch-up dies half way', async () => {
    const events = await logged(5)
    poison.add(1)
    await deliver(events)
    poison.clear()
    let writes = 0
    const dying = faulty(({ method }) => (method === 'transactWrite' && ++writes === 3 ? 'crash-after' : 'none'))
    expect(await deliver([events[0]], { on: dying })).toEqual([1])
    expect(await applied()).toEqual([1, 2, 3])
    expect(await receipt()).toEqual({ appliedSeq: 3, blockedAt: 4, highestSeen: 5 })
    expect(await deliver([events[0]])).toEqual([])
    expect(await applied()).toEqual([1, 2, 3, 4, 5])
    expect(await receipt()).toEqual({ appliedSeq: 5 })
  })

  it('is healed by a catch-up without any message, to the end of what is asked for', async () => {
    const events = await logged(5)
    poison.add(2)
    await deliver(events.slice(0, 3))
    const consuming = { store, world, observer }
    await expect(catchUp(consuming, recorder(store), ticket, 3, world.nowMs + 1_000)).rejects.toThrow(Poison)
    poison.clear()
    expect(await catchUp(consuming, recorder(store), ticket, 5, world.nowMs + 1_000)).toBe(5)
    expect(await applied()).toEqual([1, 2, 3, 4, 5])
    await expect(catchUp(consuming, recorder(store), ticket, 9, world.nowMs + 1_000)).rejects.toThrow(GapUnreadable)
  })

  it('of a type that this version does not know keeps its place in order', async () => {
    const [one, two, three] = [event('t1', 1), event('t1', 2), event('t1', 3)]
    await store.write(appendEvent(one))
    const put = appendEvent(two)
    if (put.kind === 'put') await store.write({ ...put, row: { ...put.row, type: 'ticket.teleported' } })
    await store.write(appendEvent(three))
    const records = sqsRecords(
      [one, { ...two, type: 'ticket.teleported' }, three].map((each) => ({
        ...messageOf(each as DomainEvent),
        receipt: each.seq,
        receiveCount: 1,
      })),
    )
    expect(await deliverRecords(records)).toEqual([2])
    expect(await receipt()).toEqual({ appliedSeq: 1, blockedAt: 2, highestSeen: 3 })
  })
})

describe('a failure of unknown kind', () => {
  const unwell = () => faulty(({ table }) => (table === 'Views' ? 'lost-before' : 'none'))

  it('may pass at first, and counts as poison from the third receive, so that it takes no others with it', async () => {
    const events = await logged(3)
    expect(await deliver(events, { on: unwell(), receiveCount: 2 })).toEqual([1, 2, 3])
    expect(await receipt()).toBeUndefined()
    expect(await deliver(events, { on: unwell(), receiveCount: 3 })).toEqual([1])
    expect(await receipt()).toEqual({ appliedSeq: 0, blockedAt: 1, highestSeen: 3 })
  })

  it('is no verdict: the next receive heals it', async () => {
    const events = await logged(3)
    await deliver(events, { on: unwell(), receiveCount: 3 })
    expect(await deliver(events.slice(0, 1), { receiveCount: 4 })).toEqual([])
    expect(await applied()).toEqual([1, 2, 3])
    expect(await receipt()).toEqual({ appliedSeq: 3 })
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
    const [one] = await logged(1)
    if (!one) throw new Error('no event')
    const { groupId } = messageOf(one)
    const records = sqsRecords([
      { body, groupId, receipt: 7, receiveCount: 1 },
      { ...messageOf(one), receipt: 1, receiveCount: 1 },
    ])
    expect(await deliverRecords(records)).toEqual([7])
    expect(await applied()).toEqual([1])
  })
})
