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

/** Dependencies with faults; the queue records what was sent. */
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

/** Receives all events from a queue, in order, each as `aggregate:seq`. */
function receiveAll(url: string): string[] {
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

describe('an event that one subscriber is not subscribed to', () => {
  const wake = 'https://sqs/wake.fifo'
  const deps = () => ({ ...createDeps(), subscribers: { ...subscribers, 'wake-saga': wake } })

  it('reaches the other subscribers, and its outbox row is deleted', async () => {
    const events = [event('t1', 1), event('t1', 2)]
    await committed(store, ...events)
    await relay(events, deps())
    expect(receiveAll(wake)).toEqual([])
    expect(receiveAll(subscribers.views)).toEqual(['t1:1', 't1:2'])
    expect(await outboxRows(store)).toEqual([])
  })

  it('does not delay an event that it is subscribed to', async () => {
    const resumed = event('s1', 1, { type: 'saga.resumed', data: { parkingId: 'P1' } }, { type: 'saga' })
    const events = [event('t1', 1), resumed]
    await committed(store, ...events)
    const faulty = { ...deps(), queue: new FaultyQueue(queue, (url) => (url === wake ? 'failed' : 'none')) }
    await relay(events, faulty)
    expect((await outboxRows(store)).map(({ pk }) => pk)).toEqual(['TENANT#acme#SAGA#s1'])
    await relay([resumed], deps())
    expect(receiveAll(wake)).toEqual(['s1:1'])
    expect(await outboxRows(store)).toEqual([])
  })
})

describe('a committed event', () => {
  it('reaches every subscriber, and its outbox row is deleted', async () => {
    const events = [event('t1', 1), event('t2', 1), event('t1', 2)]
    await committed(store, ...events)
    expect(await relay(events)).toEqual({ batchItemFailures: [] })
    for (const url of Object.values(subscribers)) expect(receiveAll(url).toSorted()).toEqual(['t1:1', 't1:2', 't2:1'])
    expect(await outboxRows(store)).toEqual([])
  })

  it('is sent as stored, with its aggregate as message group and its id for deduplication', async () => {
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

  it('keeps its outbox row until every queue has accepted it', async () => {
    const events = [event('t1', 1), event('t2', 1)]
    await committed(store, ...events)
    const deps = createDeps({
      send: (url, { aggregate }) => (url === subscribers.sagas && aggregate.id === 't1' ? 'failed' : 'none'),
    })
    expect(await relay(events, deps)).toEqual({ batchItemFailures: [] })
    expect((await outboxRows(store)).map(({ pk }) => pk)).toEqual(['TENANT#acme#TICKET#t1'])
    expect(observer.counts.EventsLeftToSweeper).toBe(1)
  })

  it('cannot be deleted unsent, as at least one subscriber must be configured', () => {
    expect(() => SubscriberQueues.parse({})).toThrow('must name at least one queue')
  })

  it('is not sent again when its outbox row is deleted', async () => {
    const one = event('t1', 1)
    const deps = createDeps()
    await relayOutbox(deps, { Records: [{ ...inserted(one), eventName: 'REMOVE' }] }, deadlineMs())
    expect(deps.queue.calls).toEqual([])
  })
})

describe('the order of sending', () => {
  it('has at most one event of an aggregate per batch, each sent after the one before was accepted', async () => {
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
      const order = receiveAll(url)
      expect(order.filter((sent) => sent.startsWith('t1'))).toEqual(['t1:1', 't1:2', 't1:3'])
    }
  })

  it('holds back the later events of an aggregate after one was not accepted, and nothing else', async () => {
    const events = [event('t1', 1), event('t1', 2), event('t2', 1)]
    await committed(store, ...events)
    await relay(
      events,
      createDeps({ send: (_, { aggregate, seq }) => (aggregate.id === 't1' && seq === 1 ? 'refused' : 'none') }),
    )
    expect(receiveAll(subscribers.views)).toEqual(['t2:1'])
    expect(await outboxRows(store)).toHaveLength(2)
  })

  it('does not depend on the order in which the stream delivers', async () => {
    const events = [event('t1', 3), event('t1', 1), event('t1', 2)]
    await committed(store, ...events)
    await relay(events)
    expect(receiveAll(subscribers.views)).toEqual(['t1:1', 't1:2', 't1:3'])
  })

  it('has at most ten messages per batch', async () => {
    const events = Array.from({ length: 25 }, (_, index) => event(`t${index}`, 1))
    await committed(store, ...events)
    const deps = createDeps()
    await relay(events, deps)
    expect(deps.queue.calls.map(({ messages }) => messages.length).toSorted()).toEqual([10, 10, 10, 10, 5, 5])
  })
})

describe('a queue that is down', () => {
  const down = (url: string): SendFault => (url === subscribers.sagas ? 'failed' : 'none')

  it('does not delay other queues, and gets a bounded number of calls', async () => {
    const events = Array.from({ length: 40 }, (_, index) => event(`t${index}`, 1))
    await committed(store, ...events)
    const deps = createDeps({ send: down })
    expect(await relay(events, deps)).toEqual({ batchItemFailures: [] })
    expect(receiveAll(subscribers.views)).toHaveLength(40)
    expect(await outboxRows(store)).toHaveLength(40)
    expect(deps.queue.calls.filter(({ queueUrl }) => queueUrl === subscribers.sagas)).toHaveLength(4)
  })

  it('gets its events in order from the sweeper when it is up again', async () => {
    const events = [event('t1', 1), event('t1', 2)]
    await committed(store, ...events)
    await relay(events, createDeps({ send: down }))
    runtime.advance(61_000)
    const sweep = await sweepOutbox(createDeps(), deadlineMs())
    expect(sweep).toMatchObject({ stuck: 2, published: 2, left: 0, complete: true })
    expect(receiveAll(subscribers.sagas)).toEqual(['t1:1', 't1:2'])
    expect(await outboxRows(store)).toEqual([])
  })
})

describe('a relay that crashes', () => {
  const two = [event('t1', 1), event('t2', 1)]

  it.each(['crash-before', 'crash-after'] as const)(
    'at a send (%s) loses nothing, as Lambda repeats the batch',
    async (fault) => {
      await committed(store, ...two)
      const crashing = createDeps({ send: (url) => (url === subscribers.sagas ? fault : 'none') })
      await expect(relay(two, crashing)).rejects.toThrow(Crash)
      expect(await outboxRows(store)).toHaveLength(2)
      await relay(two)
      for (const url of Object.values(subscribers)) expect(receiveAll(url).toSorted()).toEqual(['t1:1', 't2:1'])
      expect(await outboxRows(store)).toEqual([])
    },
  )

  it('between send and delete sends a duplicate, possibly outside the deduplication window of SQS', async () => {
    await committed(store, ...two)
    const crashing = createDeps({ store: ({ method }) => (method === 'write' ? 'lost-before' : 'none') })
    await relay(two, crashing)
    expect(await outboxRows(store)).toHaveLength(2)
    runtime.advance(6 * 60_000)
    await sweepOutbox(createDeps(), deadlineMs())
    expect(receiveAll(subscribers.views).toSorted()).toEqual(['t1:1', 't1:1', 't2:1', 't2:1'])
    expect(await outboxRows(store)).toEqual([])
  })

  it('between the delete and its response leaves nothing behind', async () => {
    await committed(store, ...two)
    await relay(two, createDeps({ store: ({ table }) => (table === 'Outbox' ? 'lost-after' : 'none') }))
    expect(await outboxRows(store)).toEqual([])
  })
})

describe('an outbox row that cannot be parsed', () => {
  it('is reported, stays in the outbox, and does not delay others', async () => {
    const good = event('t2', 1)
    await committed(store, good)
    const row = { pk: 'TENANT#acme#TICKET#t1', sk: '000000000001', event: { nonsense: true } }
    await store.write({ kind: 'put', table: 'Outbox', row })
    const response = await relayOutbox(
      createDeps(),
      { Records: [insertedRow(row), { eventName: 'INSERT' }, inserted(good)] },
      deadlineMs(),
    )
    expect(response).toEqual({ batchItemFailures: [] })
    expect(observer.counts.OutboxRowsUnreadable).toBe(2)
    expect(receiveAll(subscribers.views)).toEqual(['t2:1'])
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

  it('scans the whole table, past rows that fail and rows that cannot be parsed', async () => {
    const unreadable = { pk: 'TENANT#a#TICKET#t', sk: '000000000001', event: 'nonsense' }
    await store.write({ kind: 'put', table: 'Outbox', row: unreadable })
    const events = Array.from({ length: 450 }, (_, index) => event(`t${index}`, 1))
    await committed(store, ...events)
    const deps = createDeps({ send: (_, { aggregate }) => (Number(aggregate.id.slice(1)) < 15 ? 'refused' : 'none') })
    const sweep = await sweepOutbox(deps, deadlineMs())
    expect(sweep).toMatchObject({ stuck: 450, published: 435, left: 15, unreadable: 1, complete: true })
    expect(receiveAll(subscribers.views)).toHaveLength(435)
    expect(await outboxRows(store)).toHaveLength(16)
    expect(observer.counts).toMatchObject({ OutboxRowsStuck: 450, OutboxRowsLeft: 15, OutboxOldestRowAge: 3600 })
  })

  it('does not send an event before an earlier one of its aggregate that failed on another page', async () => {
    const events = Array.from({ length: 250 }, (_, index) => event('t1', index + 1))
    await committed(store, ...events)
    const deps = createDeps({ send: (_, { seq }) => (seq === 150 ? 'refused' : 'none') })
    expect(await sweepOutbox(deps, deadlineMs())).toMatchObject({ published: 149, left: 101 })
    expect(receiveAll(subscribers.views)).toHaveLength(149)
  })

  it('stops at its deadline and reports that it is incomplete', async () => {
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
