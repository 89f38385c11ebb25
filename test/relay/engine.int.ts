import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consumeBatch } from '../../app/consume/consume-batch.ts'
import { type Consumer, PoisonEventError } from '../../app/consume/consumer.ts'
import { projectViews } from '../../app/consumers/project-views.ts'
import { projectStats, type TicketStats } from '../../domain/ticket-stats.ts'
import { relayOutbox } from '../../functions/relay-outbox/relay-outbox.ts'
import { sweepOutbox } from '../../functions/sweep-outbox/sweep-outbox.ts'
import { MemoryQueue } from '../../gateways/queue-memory.ts'
import { openEngineStore } from '../../proof/engine-store.ts'
import { ManualRuntime } from '../../proof/manual-runtime.ts'
import { parseCheckpoint } from '../../tables/checkpoints.ts'
import type { DynamoStore } from '../../tables/dynamo-store.ts'
import { statsQuery, toStatsRow, viewShard } from '../../tables/views.ts'
import { CountingObserver, committed, event, eventBatch, inserted, outboxRows } from './fixtures.ts'
import { recorded, recorder } from './recorder.ts'

const tickets = ['t1', 't2', 't3', 't4', 't5', 't6']
const resolved = { type: 'ticket.status_changed', data: { from: 'open', to: 'resolved', messageId: 'm' } } as const

describe('the relay and its consumers on a real database engine', () => {
  let opened: { store: DynamoStore; close(): Promise<void> }
  const runtime = new ManualRuntime()
  const queue = new MemoryQueue(runtime.now)
  const observer = new CountingObserver()
  const events = tickets.flatMap((id) => [event(id, 1), event(id, 2, resolved), event(id, 3)])

  beforeAll(async () => {
    opened = await openEngineStore()
    await committed(opened.store, ...events)
  })
  afterAll(() => opened?.close())

  /** Delivers to three concurrent copies of the consumer, each in another order. */
  async function deliver(consumer: Consumer): Promise<number> {
    const orders = [events, events.toReversed(), events.toSorted((a, b) => a.seq - b.seq)]
    const responses = await Promise.all(
      orders.map((order) =>
        consumeBatch({ store: opened.store, runtime, observer }, consumer, eventBatch(order), runtime.now() + 60_000),
      ),
    )
    return responses.flatMap(({ batchItemFailures }) => batchItemFailures).length
  }

  it('empty the outbox: the relay publishes what the stream delivers, the sweeper the rest', async () => {
    const deps = { store: opened.store, queue, runtime, subscribers: { views: 'https://sqs/views.fifo' }, observer }
    await relayOutbox(deps, { Records: events.slice(4).map(inserted) }, runtime.now() + 25_000)
    expect(await outboxRows(opened.store)).toHaveLength(4)
    expect(await sweepOutbox(deps, runtime.now() + 25_000)).toMatchObject({ published: 4, complete: true })
    expect(await outboxRows(opened.store)).toEqual([])
    expect(queue.depth('https://sqs/views.fifo').visible).toBe(events.length)
  })

  it('apply each event once and in order although copies run concurrently', async () => {
    expect(await deliver(recorder(opened.store))).toBe(0)
    for (const id of tickets) expect(await recorded(opened.store, 'acme', id)).toEqual([1, 2, 3])
    expect(observer.counts.ConsumerWritesRepeated).toBeGreaterThan(0)
  })

  it('maintain a view that equals its rebuild', async () => {
    expect(await deliver(projectViews(opened.store, runtime))).toBe(0)
    const rebuilt = new Map<number, TicketStats>()
    for (const projected of events) {
      const shard = viewShard(projected.aggregate.id)
      rebuilt.set(shard, projectStats(rebuilt.get(shard), projected))
    }
    const { rows } = await opened.store.query(statsQuery('acme'))
    const expected = [...rebuilt]
      .toSorted(([a], [b]) => a - b)
      .map(([shard, stats]) => toStatsRow('acme', shard, stats))
    expect(rows).toEqual(expected)
  })

  it('block one aggregate, apply the others, and catch up after the repair', async () => {
    let isRepaired = false
    const { handle } = recorder(opened.store)
    const repairable: Consumer = {
      name: 'repairable',
      async handle(received, options) {
        const { aggregate, seq } = received
        if (!isRepaired && aggregate.id === 't1' && seq === 2) throw new PoisonEventError('injected')
        return aggregate.id === 't1' ? [] : handle(received, options)
      },
    }
    const checkpoints = async () =>
      (await opened.store.scan({ table: 'Receipts' })).rows
        .map(parseCheckpoint)
        .filter(({ consumer }) => consumer === 'repairable')
    expect(await deliver(repairable)).toBeGreaterThan(0)
    const blocked = (await checkpoints()).filter(({ blockedAt }) => blockedAt !== undefined)
    expect(blocked).toMatchObject([{ appliedSeq: 1, blockedAt: 2, highestSeen: 3 }])
    isRepaired = true
    expect(await deliver(repairable)).toBe(0)
    expect((await checkpoints()).map(({ appliedSeq, blockedAt }) => [appliedSeq, blockedAt])).toEqual(
      tickets.map(() => [3, undefined]),
    )
  })
})
