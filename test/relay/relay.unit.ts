import { beforeEach, describe, expect, it } from 'vitest'
import type { RelayDeps } from '../../app/publish/publisher.ts'
import { SubscriberQueues } from '../../app/publish/subscriber-queues.ts'
import type { DomainEvent } from '../../domain/event.ts'
import { relayOutbox } from '../../functions/relay-outbox/relay-outbox.ts'
import { sweepOutbox } from '../../functions/sweep-outbox/sweep-outbox.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { MemoryStore } from '../../tables/memory-store.ts'
import { type Call, Crash, type Fault, FaultyQueue, FaultyStore, type SendFault } from './faults.ts'
import { CountingObserver, committed, event, inserted, insertedRow, outboxRows } from './fixtures.ts'

const subscribers = { views: 'https://sqs/views.fifo', sagas: 'https://sqs/sagas.fifo' }

let store: MemoryStore
let runtime: ManualRuntime
let queue: MemoryQueue
let observer: CountingObserver

beforeEach(() => {
  store = new MemoryStore()
  runtime = new ManualRuntime()
  queue = new MemoryQueue(runtime.now)
  observer = new CountingObserver()
})

/** Relays with faults; gives the queue double, to see what was sent. */
function createDeps(
  faults: { send?: (queueUrl: string, body: DomainEvent) => SendFault; store?: (call: Call) => Fault } = {},
): RelayDeps & { queue: FaultyQueue } {
  const faulty = new FaultyQueue(queue, (url, { body }) => faults.send?.(url, JSON.parse(body)) ?? 'none')
  const faultyStore = new FaultyStore(store, faults.store ?? (() => 'none'))
  return { store: faultyStore, queue: faulty, runtime, subscribers, observer }
}

function deadlineMs(): number {
  return runtime.now() + 25_000
}

function relay(events: readonly DomainEvent[], deps = createDeps()) {
  return relayOutbox(deps, { Records: events.map(inserted) }, deadlineMs())
}

/** The numbers of the events that wait in a queue, as `aggregate:seq`, in order. */
function waiting(url: string): string[] {
  const found: string[] = []
  for (let batch = queue.receive(url); batch.length > 0; batch = queue.receive(url)) {
    for (const { receiptHandle, body } of batch) {
      const { aggregate, seq } = JSON.parse(body)
      found.push(`${aggregate.id}:${seq}`)
      queue.delete(url, receiptHandle)
    }
  }
  return found
}

describe('an event that one subscriber does not want', () => {
  const wake = 'https://sqs/wake.fifo'
  const deps = () => ({ ...createDeps(), subscribers: { ...subscribers, 'wake-saga': wake } })

  it('reaches all others, and its row is gone', async () => {
    const events = [event('t1', 1), event('t1', 2)]
    await committed(store, ...events)
    await relay(events, deps())
    expect(waiting(wake)).toEqual([])
    expect(waiting(subscribers.views)).toEqual(['t1:1', 't1:2'])
    expect(await outboxRows(store)).toEqual([])
  })

  it('does not hold up one that it isSubscribedTo', async () => {
    const resumed = event('s1', 1, { type: 'saga.resumed', data: { parkingId: 'P1' } }, { type: 'saga' })
    const events = [event('t1', 1), resumed]
    await committed(store, ...events)
    const faulty = { ...deps(), queue: new FaultyQueue(queue, (url) => (url === wake ? 'failed' : 'none')) }
    await relay(events, faulty)
    expect((await outboxRows(store)).map(({ pk }) => pk)).toEqual(['TENANT#acme#SAGA#s1'])
    await relay([resumed], deps())
    expect(waiting(wake)).toEqual(['s1:1'])
    expect(await outboxRows(store)).toEqual([])
  })
})

describe('a committed event', () => {
  it('reaches every subscriber, and its row is gone', async () => {
    const events = [event('t1', 1), event('t2', 1), event('t1', 2)]
    await committed(store, ...events)
    expect(await relay(events)).toEqual({ batchItemFailures: [] })
    for (const url of Object.values(subscribers)) expect(waiting(url).toSorted()).toEqual(['t1:1', 't1:2', 't2:1'])
    expect(await outboxRows(store)).toEqual([])
  })

  it('is sent as it was stored, in its aggregate’s group, under its own id', async () => {
    const deps = createDeps()
    const one = event(
      'auth0|someone@example.com',
      1,
      { type: 'user.registered', data: { role: 'agent' } },
      { type: 'user' },
    )
    await committed(store, one)
    await relay([one], deps)
    const [call] = deps.queue.calls
    expect(JSON.parse(call?.messages[0]?.body ?? '')).toEqual(one)
    expect(call?.messages[0]?.deduplicationId).toBe(one.id)
    expect(call?.messages[0]?.groupId).toMatch(/^[0-9a-f]{64}$/)
  })

  it('keeps its row until every queue has accepted it', async () => {
    const events = [event('t1', 1), event('t2', 1)]
    await committed(store, ...events)
    const deps = createDeps({
      send: (url, { aggregate }) => (url === subscribers.sagas && aggregate.id === 't1' ? 'failed' : 'none'),
    })
    expect(await relay(events, deps)).toEqual({ batchItemFailures: [] })
    expect((await outboxRows(store)).map(({ pk }) => pk)).toEqual(['TENANT#acme#TICKET#t1'])
    expect(observer.counts.EventsLeftToSweeper).toBe(1)
  })

  it('is not deleted unsent when no subscriber is configured', () => {
    expect(() => SubscriberQueues.parse({})).toThrow('must name at least one queue')
  })

  it('that was removed or changed in the outbox is not sent again', async () => {
    const one = event('t1', 1)
    const deps = createDeps()
    await relayOutbox(deps, { Records: [{ ...inserted(one), eventName: 'REMOVE' }] }, deadlineMs())
    expect(deps.queue.calls).toEqual([])
  })
})

describe('order on the wire', () => {
  it('has one event of an aggregate in a call, and a later one only after the earlier was accepted', async () => {
    const events = [1, 2, 3].flatMap((seq) => [event('t1', seq), event('t2', seq)])
    await committed(store, ...events)
    let failuresLeft = 2
    const deps = createDeps({
      send: (_, { aggregate, seq }) => (aggregate.id === 't1' && seq === 2 && failuresLeft-- > 0 ? 'failed' : 'none'),
    })
    await relay(events, deps)
    expect(observer.counts.MessagesFailed).toBe(2)
    for (const { messages } of deps.queue.calls)
      expect(new Set(messages.map(({ groupId }) => groupId)).size).toBe(messages.length)
    for (const url of Object.values(subscribers)) {
      const order = waiting(url)
      expect(order.filter((each) => each.startsWith('t1'))).toEqual(['t1:1', 't1:2', 't1:3'])
    }
  })

  it('holds back what follows an event that was not accepted, and nothing else', async () => {
    const events = [event('t1', 1), event('t1', 2), event('t2', 1)]
    await committed(store, ...events)
    await relay(
      events,
      createDeps({ send: (_, { aggregate, seq }) => (aggregate.id === 't1' && seq === 1 ? 'refused' : 'none') }),
    )
    expect(waiting(subscribers.views)).toEqual(['t2:1'])
    expect(await outboxRows(store)).toHaveLength(2)
  })

  it('does not depend on the order in which the stream delivered the events', async () => {
    const events = [event('t1', 3), event('t1', 1), event('t1', 2)]
    await committed(store, ...events)
    await relay(events)
    expect(waiting(subscribers.views)).toEqual(['t1:1', 't1:2', 't1:3'])
  })

  it('sends at most ten messages in a call', async () => {
    const events = Array.from({ length: 25 }, (_, index) => event(`t${index}`, 1))
    await committed(store, ...events)
    const deps = createDeps()
    await relay(events, deps)
    expect(deps.queue.calls.map(({ messages }) => messages.length).toSorted()).toEqual([10, 10, 10, 10, 5, 5])
  })
})

describe('a queue that is down', () => {
  const down = (url: string): SendFault => (url === subscribers.sagas ? 'failed' : 'none')

  it('does not hold up the other, and the batch is acknowledged after a bounded number of calls', async () => {
    const events = Array.from({ length: 40 }, (_, index) => event(`t${index}`, 1))
    await committed(store, ...events)
    const deps = createDeps({ send: down })
    expect(await relay(events, deps)).toEqual({ batchItemFailures: [] })
    expect(waiting(subscribers.views)).toHaveLength(40)
    expect(await outboxRows(store)).toHaveLength(40)
    expect(deps.queue.calls.filter(({ queueUrl }) => queueUrl === subscribers.sagas)).toHaveLength(4)
  })

  it('gets its events from the sweeper once it is up, without gaps', async () => {
    const events = [event('t1', 1), event('t1', 2)]
    await committed(store, ...events)
    await relay(events, createDeps({ send: down }))
    runtime.advance(61_000)
    const sweep = await sweepOutbox(createDeps(), deadlineMs())
    expect(sweep).toMatchObject({ stuck: 2, published: 2, left: 0, complete: true })
    expect(waiting(subscribers.sagas)).toEqual(['t1:1', 't1:2'])
    expect(await outboxRows(store)).toEqual([])
  })
})

describe('a relay that dies', () => {
  const two = [event('t1', 1), event('t2', 1)]

  it.each(['crash-before', 'crash-after'] as const)(
    'at a send (%s) loses nothing: the batch comes again',
    async (fault) => {
      await committed(store, ...two)
      const dying = createDeps({ send: (url) => (url === subscribers.sagas ? fault : 'none') })
      await expect(relay(two, dying)).rejects.toThrow(Crash)
      expect(await outboxRows(store)).toHaveLength(2)
      await relay(two)
      for (const url of Object.values(subscribers)) expect(waiting(url).toSorted()).toEqual(['t1:1', 't2:1'])
      expect(await outboxRows(store)).toEqual([])
    },
  )

  it('between send and delete sends again later than the queue remembers: a duplicate on the wire, which checkpoints absorb', async () => {
    await committed(store, ...two)
    const dying = createDeps({ store: ({ method }) => (method === 'write' ? 'lost-before' : 'none') })
    await relay(two, dying)
    expect(await outboxRows(store)).toHaveLength(2)
    runtime.advance(6 * 60_000)
    await sweepOutbox(createDeps(), deadlineMs())
    expect(waiting(subscribers.views).toSorted()).toEqual(['t1:1', 't1:1', 't2:1', 't2:1'])
    expect(await outboxRows(store)).toEqual([])
  })

  it('after the delete, before its answer, leaves nothing behind', async () => {
    await committed(store, ...two)
    await relay(two, createDeps({ store: ({ method }) => (method === 'write' ? 'lost-after' : 'none') }))
    expect(await outboxRows(store)).toEqual([])
  })
})

describe('a record that no one can read', () => {
  it('is reported, keeps its row and holds up no other', async () => {
    const good = event('t2', 1)
    await committed(store, good)
    const row = { pk: 'TENANT#acme#TICKET#t1', sk: '000000000001', event: { nonsense: true } }
    await store.write({ kind: 'put', table: 'Outbox', row })
    const answer = await relayOutbox(
      createDeps(),
      { Records: [insertedRow(row), { eventName: 'INSERT' }, inserted(good)] },
      deadlineMs(),
    )
    expect(answer).toEqual({ batchItemFailures: [] })
    expect(observer.counts.OutboxRowsUnreadable).toBe(2)
    expect(waiting(subscribers.views)).toEqual(['t2:1'])
    expect((await outboxRows(store)).map(({ pk }) => pk)).toEqual(['TENANT#acme#TICKET#t1'])
  })
})

describe('the sweeper', () => {
  it('leaves rows younger than a minute to the relay', async () => {
    const recordedAt = new Date(runtime.now() - 59_000).toISOString()
    await committed(store, event('t1', 1, undefined, { recordedAt }))
    const deps = createDeps()
    expect(await sweepOutbox(deps, deadlineMs())).toMatchObject({ stuck: 0 })
    runtime.advance(1_000)
    expect(await sweepOutbox(deps, deadlineMs())).toMatchObject({ stuck: 1, published: 1, oldestAgeSeconds: 60 })
  })

  it('goes through the whole table, past rows that fail and rows that no one can read', async () => {
    const unreadable = { pk: 'TENANT#a#TICKET#t', sk: '000000000001', event: 'nonsense' }
    await store.write({ kind: 'put', table: 'Outbox', row: unreadable })
    const events = Array.from({ length: 450 }, (_, index) => event(`t${index}`, 1))
    await committed(store, ...events)
    const deps = createDeps({ send: (_, { aggregate }) => (Number(aggregate.id.slice(1)) < 15 ? 'refused' : 'none') })
    const sweep = await sweepOutbox(deps, deadlineMs())
    expect(sweep).toMatchObject({ stuck: 450, published: 435, left: 15, unreadable: 1, complete: true })
    expect(waiting(subscribers.views)).toHaveLength(435)
    expect(await outboxRows(store)).toHaveLength(16)
    expect(observer.counts).toMatchObject({ OutboxRowsStuck: 450, OutboxRowsLeft: 15, OutboxOldestRowAge: 3600 })
  })

  it('does not send a later event past an earlier one that failed on another page', async () => {
    const events = Array.from({ length: 250 }, (_, index) => event('t1', index + 1))
    await committed(store, ...events)
    const deps = createDeps({ send: (_, { seq }) => (seq === 150 ? 'refused' : 'none') })
    expect(await sweepOutbox(deps, deadlineMs())).toMatchObject({ published: 149, left: 101 })
    expect(waiting(subscribers.views)).toHaveLength(149)
  })

  it('stops when its time is up and says so', async () => {
    await committed(store, ...Array.from({ length: 300 }, (_, index) => event(`t${index}`, 1)))
    const slow = createDeps({
      send: () => {
        runtime.advance(10)
        return 'none'
      },
    })
    const sweep = await sweepOutbox(slow, runtime.now() + 2_500)
    expect(sweep.complete).toBe(false)
    expect(sweep.published).toBeGreaterThan(0)
    expect(sweep.published).toBeLessThan(300)
  })
})
